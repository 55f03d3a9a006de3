// What MLflow's client prints a link to is opened here too, after signing in if need be.
// Its shapes, mlflow 3.17.2: tracking/_tracking_service/client.py (a run, an experiment) and
// genai/utils/display_utils.py (an evaluation).

import { one } from "./dom.js";

const RUN = /(?:\/runs\/|[?&]selectedRunUuid=)([\w-]+)/;

export function follow(hash) {
  const experiment = /^#\/experiments\/(\d+)/.exec(hash)?.[1];
  if (!experiment) return;
  const run = RUN.exec(hash)?.[1];
  const path = `/e/${experiment}/${run ? `runs/${run}/` : ""}`;
  const next = one("#main input[name=next]");
  if (next) next.value = path;
  else location.replace(path);
}
