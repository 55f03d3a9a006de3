"""Who is answered how, for every route and method. test_roles compares; its letters are in callers.

    2  done or shown            3  sent on to another page
    B  let in, but the request itself is refused
    1  no usable credential     L  sent to sign in
    X  seen, but not for you    0  as if it did not exist

A route that is missing here fails the test.
"""

# anonymous, expired, revoked, cookie without CSRF token
#      outsider, reviewer of another session, reviewer, developer, manager, owner
#             the owner's token for another experiment
#               the owner's tokens of one scope: traces:write, feedback:write,
#               assessments:write, attribute:any, review, read, manage
APIS = r"""
GET    api/v1/me                                                              1112 222222 2 2222222
GET    api/v1/tokens                                                          1112 222222 2 XXXXXX2
POST   api/v1/tokens                                                          111X B22222 X XXXXXXX
DELETE api/v1/tokens/<str:token_id>                                           111X 000002 0 XXXXXX2
GET    api/v1/experiments                                                     1112 222222 2 XXXXX2X
POST   api/v1/experiments                                                     111X 2XX222 X 2XXXXXX
GET    api/v1/experiments/<str:experiment_id>                                 1112 000222 0 XXXXX2X
GET    api/v1/experiments/<str:experiment_id>/traces                          1112 000222 0 XXXXX2X
POST   api/v1/experiments/<str:experiment_id>/traces:import                   111X 000222 0 2XXXXXX
GET    api/v1/traces/<str:trace_id>                                           1112 000222 0 XXXXX2X
GET    api/v1/traces/<str:trace_id>/assessments                               1112 000222 0 XXXXX2X
POST   api/v1/traces/<str:trace_id>/assessments                               111X 000222 0 XX2XXXX
DELETE api/v1/assessments/<str:assessment_id>                                 111X 000222 0 XXXXXX2
GET    api/v1/assessments/<str:assessment_id>                                 1112 000222 0 XXXXX2X
PATCH  api/v1/assessments/<str:assessment_id>                                 111X 0002XX 0 XXXXXXX
POST   api/v1/assessments/<str:assessment_id>/override                        111X 000222 0 XX2XXXX
GET    api/v1/assessments/<str:assessment_id>/revisions                       1112 000222 0 XXXXX2X
POST   api/v1/feedback                                                        111X 000222 0 X2XXXXX
GET    api/v1/experiments/<str:experiment_id>/label-schemas                   1112 000222 0 XXXXX2X
POST   api/v1/experiments/<str:experiment_id>/label-schemas                   111X 000X22 0 XXXXXX2
DELETE api/v1/label-schemas/<str:schema_id>                                   111X 000X22 0 XXXXXX2
GET    api/v1/label-schemas/<str:schema_id>                                   1112 000222 0 XXXXX2X
PATCH  api/v1/label-schemas/<str:schema_id>                                   111X 000X22 0 XXXXXX2
GET    api/v1/experiments/<str:experiment_id>/sessions                        1112 000222 0 XXXXX2X
POST   api/v1/experiments/<str:experiment_id>/sessions                        111X 000X22 0 XXXXXX2
DELETE api/v1/sessions/<str:session_id>                                       111X 00XX22 0 XXXXXX2
GET    api/v1/sessions/<str:session_id>                                       1112 00X222 0 XXXXX2X
PATCH  api/v1/sessions/<str:session_id>                                       111X 00XX22 0 XXXXXX2
POST   api/v1/sessions/<str:session_id>/open                                  111X 0XXX22 0 XXXXXX2
POST   api/v1/sessions/<str:session_id>/close                                 111X 00XX22 0 XXXXXX2
POST   api/v1/sessions/<str:session_id>/reopen                                111X 00XXBB 0 XXXXXXB
DELETE api/v1/sessions/<str:session_id>/items                                 111X 00XX22 0 XXXXXX2
GET    api/v1/sessions/<str:session_id>/items                                 1112 00X222 0 XXXXX2X
POST   api/v1/sessions/<str:session_id>/items                                 111X 00XX22 0 XXXXXX2
POST   api/v1/sessions/<str:session_id>/next                                  111X 002222 0 XXXX2XX
GET    api/v1/sessions/<str:session_id>/items/<str:item_id>                   1112 002222 0 XXXX22X
PUT    api/v1/sessions/<str:session_id>/items/<str:item_id>/review            111X 002222 0 XXXX2XX
PUT    api/v1/sessions/<str:session_id>/items/<str:item_id>/gold               111X 00XX22 0 XXXXXX2
GET    api/v1/sessions/<str:session_id>/hidden-items                          1112 00XX22 0 XXXXXX2
PUT    api/v1/sessions/<str:session_id>/items/<str:item_id>/privacy            111X 00XX22 0 XXXXXX2
GET    api/v1/sessions/<str:session_id>/gold                                  1112 00XX22 0 XXXXXX2
DELETE api/v1/sessions/<str:session_id>/items/<str:item_id>/adjudication      111X 00XXBB 0 XXXXXXB
GET    api/v1/sessions/<str:session_id>/items/<str:item_id>/adjudication      1112 00X222 0 XXXXX2X
POST   api/v1/sessions/<str:session_id>/items/<str:item_id>/adjudication      111X 00XX22 0 XXXXXX2
POST   api/v1/sessions/<str:session_id>/items/<str:item_id>/send-back         111X 00XX22 0 XXXXXX2
POST   api/v1/sessions/<str:session_id>/items/<str:item_id>/another-review    111X 00XX22 0 XXXXXX2
GET    api/v1/sessions/<str:session_id>/progress                              1112 00X222 0 XXXXX2X
GET    api/v1/sessions/<str:session_id>/consensus                             1112 00X222 0 XXXXX2X
GET    api/v1/sessions/<str:session_id>/agreement                             1112 00X222 0 XXXXX2X
GET    api/v1/sessions/<str:session_id>/disagreements                         1112 00X222 0 XXXXX2X
GET    api/v1/sessions/<str:session_id>/alignment                             1112 00X222 0 XXXXX2X
GET    api/v1/sessions/<str:session_id>/alignment/judges                      1112 00X222 0 XXXXX2X
GET    api/v1/sessions/<str:session_id>/alignment/misses                      1112 00X222 0 XXXXX2X
GET    api/v1/sessions/<str:session_id>/stale-answers                         1112 00X222 0 XXXXX2X
POST   api/v1/sessions/<str:session_id>/ask-again                             111X 00XX22 0 XXXXXX2
POST   api/v1/sessions/<str:session_id>/sync                                  111X 00XX22 0 XXXXXX2
GET    api/v1/sessions/<str:session_id>/export                                1112 00X222 0 XXXXX2X
GET    api/v1/openapi.json                                                    1112 222222 2 2222222
GET    api/v1/docs/                                                           1112 222222 2 2222222
GET    api/v1/                                                                0000 000000 0 0000000
POST   api/v1/                                                                0000 000000 0 0000000
GET    v1/traces                                                              0000 000000 0 0000000
POST   v1/traces                                                              1111 000222 0 2XXXXXX
POST   api/2.0/mlflow/experiments/create                                      1111 2XX222 X 2XXXXXX
GET    api/2.0/mlflow/experiments/search                                      1111 222222 2 XXXXX2X
POST   api/2.0/mlflow/experiments/search                                      1111 222222 2 XXXXX2X
GET    api/2.0/mlflow/experiments/get                                         1111 000222 0 XXXXX2X
GET    api/2.0/mlflow/experiments/get-by-name                                 1111 000222 0 XXXXX2X
POST   api/2.0/mlflow/experiments/update                                      1111 000X22 0 XXXXXX2
POST   api/2.0/mlflow/experiments/delete                                      1111 000002 0 XXXXXX2
POST   api/2.0/mlflow/experiments/restore                                     1111 000002 0 XXXXXX2
POST   api/2.0/mlflow/experiments/set-experiment-tag                          1111 000222 0 2XXXXXX
POST   api/2.0/mlflow/experiments/delete-experiment-tag                       1111 000222 0 2XXXXXX
POST   api/2.0/mlflow/runs/create                                             1111 000222 0 2XXXXXX
GET    api/2.0/mlflow/runs/get                                                1111 000222 0 XXXXX2X
POST   api/2.0/mlflow/runs/update                                             1111 000222 0 2XXXXXX
POST   api/2.0/mlflow/runs/log-metric                                         1111 000222 0 2XXXXXX
POST   api/2.0/mlflow/runs/log-batch                                          1111 000222 0 2XXXXXX
POST   api/2.0/mlflow/runs/log-inputs                                         1111 000222 0 2XXXXXX
POST   api/2.0/mlflow/runs/log-parameter                                      1111 000222 0 2XXXXXX
POST   api/2.0/mlflow/runs/set-tag                                            1111 000222 0 2XXXXXX
POST   api/2.0/mlflow/runs/delete-tag                                         1111 000222 0 2XXXXXX
POST   api/2.0/mlflow/runs/delete                                             1111 000X22 0 XXXXXX2
POST   api/2.0/mlflow/runs/restore                                            1111 000X22 0 XXXXXX2
POST   api/2.0/mlflow/runs/search                                             1111 222222 2 XXXXX2X
GET    api/2.0/mlflow/metrics/get-history                                     1111 000222 0 XXXXX2X
POST   api/2.0/mlflow/logged-models/search                                    1111 222222 2 XXXXX2X
POST   api/2.0/mlflow/traces/delete-traces                                    1111 000XX2 0 XXXXXX2
POST   api/2.0/mlflow/traces/link-to-run                                      1111 000222 0 2XXXXXX
DELETE api/2.0/mlflow/traces/<trace_id>/tags                                  1111 000222 0 2XXXXXX
PATCH  api/2.0/mlflow/traces/<trace_id>/tags                                  1111 000222 0 2XXXXXX
GET    api/3.0/mlflow/server-info                                             1111 222222 2 2222222
POST   api/3.0/mlflow/traces                                                  1111 000222 0 2XXXXXX
GET    api/3.0/mlflow/traces/get                                              1111 000222 0 XXXXX2X
GET    api/3.0/mlflow/traces/batchGet                                         1111 222222 2 XXXXX2X
GET    api/3.0/mlflow/traces/batchGetInfos                                    1111 222222 2 XXXXX2X
POST   api/3.0/mlflow/traces/batchGetInfos                                    1111 222222 2 XXXXX2X
POST   api/3.0/mlflow/traces/search                                           1111 222222 2 XXXXX2X
GET    api/3.0/mlflow/traces/<trace_id>                                       1111 000222 0 XXXXX2X
DELETE api/3.0/mlflow/traces/<trace_id>/tags                                  1111 000222 0 2XXXXXX
PATCH  api/3.0/mlflow/traces/<trace_id>/tags                                  1111 000222 0 2XXXXXX
POST   api/3.0/mlflow/traces/<trace_id>/assessments                           1111 000222 0 XX2XXXX
DELETE api/3.0/mlflow/traces/<trace_id>/assessments/<assessment_id>           1111 000222 0 XXXXXX2
GET    api/3.0/mlflow/traces/<trace_id>/assessments/<assessment_id>           1111 000222 0 XXXXX2X
PATCH  api/3.0/mlflow/traces/<trace_id>/assessments/<assessment_id>           1111 0002XX 0 XXXXXXX
POST   api/3.0/mlflow/datasets/create                                         1111 000222 0 2XXXXXX
POST   api/3.0/mlflow/datasets/search                                         1111 222222 2 XXXXX2X
GET    api/3.0/mlflow/datasets/<dataset_id>                                   1111 000222 0 XXXXX2X
DELETE api/3.0/mlflow/datasets/<dataset_id>                                   1111 222222 2 2XXXXXX
GET    api/3.0/mlflow/datasets/<dataset_id>/records                           1111 000222 0 XXXXX2X
POST   api/3.0/mlflow/datasets/<dataset_id>/records                           1111 000222 0 2XXXXXX
DELETE api/3.0/mlflow/datasets/<dataset_id>/records                           1111 000222 0 2XXXXXX
GET    api/3.0/mlflow/datasets/<dataset_id>/experiment-ids                    1111 000222 0 XXXXX2X
PATCH  api/3.0/mlflow/datasets/<dataset_id>/tags                              1111 000222 0 2XXXXXX
DELETE api/3.0/mlflow/datasets/<dataset_id>/tags/<path:key>                   1111 000222 0 2XXXXXX
POST   api/3.0/mlflow/datasets/<dataset_id>/add-experiments                   1111 000222 0 2XXXXXX
POST   api/3.0/mlflow/datasets/<dataset_id>/remove-experiments                1111 000222 0 2XXXXXX
POST   api/3.0/mlflow/label-schemas/create                                    1111 000X22 0 XXXXXX2
GET    api/3.0/mlflow/label-schemas/get                                       1111 000222 0 XXXXX2X
GET    api/3.0/mlflow/label-schemas/get-by-name                               1111 000222 0 XXXXX2X
GET    api/3.0/mlflow/label-schemas/list                                      1111 000222 0 XXXXX2X
PATCH  api/3.0/mlflow/label-schemas/update                                    1111 000X22 0 XXXXXX2
DELETE api/3.0/mlflow/label-schemas/delete                                    1111 222X22 2 XXXXXX2
POST   api/3.0/mlflow/review-queues/create                                    1111 000X22 0 XXXXXX2
POST   api/3.0/mlflow/review-queues/get-or-create-user                        1111 000X22 0 XXXXXX2
GET    api/3.0/mlflow/review-queues/get                                       1111 002222 0 XXXX22X
GET    api/3.0/mlflow/review-queues/get-by-name                               1111 002222 0 XXXX22X
GET    api/3.0/mlflow/review-queues/list                                      1111 022222 0 XXXX22X
POST   api/3.0/mlflow/review-queues/update                                    1111 00XX22 0 XXXXXX2
POST   api/3.0/mlflow/review-queues/delete                                    1111 22XX22 2 XXXXXX2
POST   api/3.0/mlflow/review-queues/items/add                                 1111 00XX22 0 XXXXXX2
POST   api/3.0/mlflow/review-queues/items/remove                              1111 00XX22 0 XXXXXX2
GET    api/3.0/mlflow/review-queues/items/list                                1111 002222 0 XXXX22X
POST   api/3.0/mlflow/review-queues/items/set-status                          1111 002222 0 XXXX2X2
GET    api/2.0/mlflow-artifacts/artifacts                                     1111 000222 0 XXXXX2X
GET    api/2.0/mlflow-artifacts/artifacts/<path:artifact_path>                1111 000222 0 XXXXX2X
PUT    api/2.0/mlflow-artifacts/artifacts/<path:artifact_path>                1111 000222 0 2XXXXXX
DELETE api/2.0/mlflow-artifacts/artifacts/<path:artifact_path>                1111 000XX2 0 XXXXXX2
GET    ^(?:api/\d+\.\d+|ajax-api|v1)(?:/.*)?$                                 0000 000000 0 0000000
POST   ^(?:api/\d+\.\d+|ajax-api|v1)(?:/.*)?$                                 0000 000000 0 0000000
"""

# anonymous, an API token
#    outsider, reviewer of another session, reviewer, developer, manager, owner
PAGES = """
GET    health                                                                 22 222222
POST   health                                                                 22 222222
GET    ready                                                                  22 222222
POST   ready                                                                  22 222222
GET    metrics                                                                1X XXXXXX
POST   metrics                                                                1X XXXXXX
GET    version                                                                22 222222
POST   version                                                                22 222222
GET    login/                                                                 22 333333
POST   login/                                                                 22 222222
GET    login/<str:secret>/                                                    22 222222
POST   login/<str:secret>/                                                    33 333333
GET    logout/                                                                BB BBBBBB
POST   logout/                                                                LL LLLLLL
GET    me/name/                                                               LL BBBBBB
POST   me/name/                                                               LL 333333
GET    me/password/                                                           LL BBBBBB
POST   me/password/                                                           LL 333333
GET    me/preferences/                                                        BB BBBBBB
POST   me/preferences/                                                        33 333333
GET    me/tokens/<str:token_id>/revoke/                                       LL BBBBBB
POST   me/tokens/<str:token_id>/revoke/                                       LL 333333
GET    (start)                                                                LL 333333
POST   (start)                                                                BB BBBBBB
GET    inbox/                                                                 LL 222222
POST   inbox/                                                                 BB BBBBBB
GET    inbox/ask/                                                             BB BBBBBB
POST   inbox/ask/                                                             LL 333333
GET    me/                                                                    LL 222222
POST   me/                                                                    BB BBBBBB
GET    me/tokens/                                                             BB BBBBBB
POST   me/tokens/                                                             LL 333333
GET    join/<str:secret>/                                                     22 222222
POST   join/<str:secret>/                                                     33 333333
GET    r/<str:session_id>                                                     33 333333
POST   r/<str:session_id>                                                     33 333333
GET    r/<str:session_id>/                                                    LL 002222
POST   r/<str:session_id>/                                                    BB BBBBBB
GET    r/<str:session_id>/next/                                               LL 003333
POST   r/<str:session_id>/next/                                               LL 003333
GET    r/<str:session_id>/items/                                              LL 002222
POST   r/<str:session_id>/items/                                              BB BBBBBB
GET    r/<str:session_id>/items/rows/                                         LL 002222
POST   r/<str:session_id>/items/rows/                                         BB BBBBBB
GET    r/<str:session_id>/done/                                               LL 002222
POST   r/<str:session_id>/done/                                               LL 00BBBB
GET    r/<str:session_id>/practice/                                           LL 003333
POST   r/<str:session_id>/practice/                                           LL 003333
GET    r/<str:session_id>/<int:position>/                                     LL 002222
POST   r/<str:session_id>/<int:position>/                                     LL 00B333
GET    e/<str:experiment_id>/                                                 33 333333
POST   e/<str:experiment_id>/                                                 33 333333
GET    e/<str:experiment_id>/sessions/                                        LL 000222
POST   e/<str:experiment_id>/sessions/                                        BB BBBBBB
GET    e/<str:experiment_id>/sessions/new/                                    LL 000X22
POST   e/<str:experiment_id>/sessions/new/                                    LL 000X22
GET    e/<str:experiment_id>/sessions/<str:session_id>/                       LL 000222
POST   e/<str:experiment_id>/sessions/<str:session_id>/                       BB BBBBBB
GET    e/<str:experiment_id>/sessions/<str:session_id>/live/                  LL 000222
POST   e/<str:experiment_id>/sessions/<str:session_id>/live/                  BB BBBBBB
GET    e/<str:experiment_id>/sessions/<str:session_id>/judges/                LL 000222
POST   e/<str:experiment_id>/sessions/<str:session_id>/judges/                BB BBBBBB
GET    e/<str:experiment_id>/sessions/<str:session_id>/judges/live/           LL 000222
POST   e/<str:experiment_id>/sessions/<str:session_id>/judges/live/           BB BBBBBB
GET    e/<str:experiment_id>/sessions/<str:session_id>/answers/               LL 000222
POST   e/<str:experiment_id>/sessions/<str:session_id>/answers/               BB BBBBBB
GET    e/<str:experiment_id>/sessions/<str:session_id>/open/                  BB BBBBBB
POST   e/<str:experiment_id>/sessions/<str:session_id>/open/                  LL 000X33
GET    e/<str:experiment_id>/sessions/<str:session_id>/close/                 BB BBBBBB
POST   e/<str:experiment_id>/sessions/<str:session_id>/close/                 LL 000X33
GET    e/<str:experiment_id>/sessions/<str:session_id>/reopen/                BB BBBBBB
POST   e/<str:experiment_id>/sessions/<str:session_id>/reopen/                LL 000X33
GET    e/<str:experiment_id>/sessions/<str:session_id>/items/                 LL 000222
POST   e/<str:experiment_id>/sessions/<str:session_id>/items/                 BB BBBBBB
GET    e/<str:experiment_id>/sessions/<str:session_id>/items/remove/          BB BBBBBB
POST   e/<str:experiment_id>/sessions/<str:session_id>/items/remove/          LL 000X33
GET    e/<str:experiment_id>/sessions/<str:session_id>/hidden/                LL 000222
POST   e/<str:experiment_id>/sessions/<str:session_id>/hidden/                LL 000X00
GET    e/<str:experiment_id>/sessions/<str:session_id>/gold/                  LL 000X22
POST   e/<str:experiment_id>/sessions/<str:session_id>/gold/                  BB BBBBBB
GET    e/<str:experiment_id>/sessions/<str:session_id>/gold/<int:position>/   LL 000X22
POST   e/<str:experiment_id>/sessions/<str:session_id>/gold/<int:position>/   LL 000X33
GET    e/<str:experiment_id>/sessions/<str:session_id>/reviewers/leaving/     LL 000X33
POST   e/<str:experiment_id>/sessions/<str:session_id>/reviewers/leaving/     LL 000X33
GET    e/<str:experiment_id>/sessions/<str:session_id>/disagreements/         LL 000222
POST   e/<str:experiment_id>/sessions/<str:session_id>/disagreements/         BB BBBBBB
GET    e/<str:experiment_id>/sessions/<str:session_id>/disagreements/<int:position>/ LL 000222
POST   e/<str:experiment_id>/sessions/<str:session_id>/disagreements/<int:position>/ LL 000X33
GET    e/<str:experiment_id>/sessions/<str:session_id>/export/                LL 000222
POST   e/<str:experiment_id>/sessions/<str:session_id>/export/                BB BBBBBB
GET    e/<str:experiment_id>/sessions/<str:session_id>/report/                LL 000222
POST   e/<str:experiment_id>/sessions/<str:session_id>/report/                BB BBBBBB
GET    e/<str:experiment_id>/sessions/<str:session_id>/setup/                 LL 000222
POST   e/<str:experiment_id>/sessions/<str:session_id>/setup/                 BB BBBBBB
GET    e/<str:experiment_id>/sessions/<str:session_id>/setup/plan/            BB BBBBBB
POST   e/<str:experiment_id>/sessions/<str:session_id>/setup/plan/            LL 000X22
GET    e/<str:experiment_id>/sessions/<str:session_id>/setup/traces/          BB BBBBBB
POST   e/<str:experiment_id>/sessions/<str:session_id>/setup/traces/          LL 000X22
GET    e/<str:experiment_id>/sessions/<str:session_id>/setup/trace-ids/       BB BBBBBB
POST   e/<str:experiment_id>/sessions/<str:session_id>/setup/trace-ids/       LL 000X22
GET    e/<str:experiment_id>/sessions/<str:session_id>/setup/invitations/     BB BBBBBB
POST   e/<str:experiment_id>/sessions/<str:session_id>/setup/invitations/     LL 000X22
GET    e/<str:experiment_id>/sessions/<str:session_id>/setup/requests/        BB BBBBBB
POST   e/<str:experiment_id>/sessions/<str:session_id>/setup/requests/        LL 000X33
GET    e/<str:experiment_id>/sessions/<str:session_id>/setup/delete/          BB BBBBBB
POST   e/<str:experiment_id>/sessions/<str:session_id>/setup/delete/          LL 000X22
GET    e/<str:experiment_id>/questions/                                       LL 000222
POST   e/<str:experiment_id>/questions/                                       BB BBBBBB
GET    e/<str:experiment_id>/questions/new/                                   LL 000X22
POST   e/<str:experiment_id>/questions/new/                                   LL 000X22
GET    e/<str:experiment_id>/questions/presets/<str:preset>/                  BB BBBBBB
POST   e/<str:experiment_id>/questions/presets/<str:preset>/                  LL 000X33
GET    e/<str:experiment_id>/questions/<str:schema_id>/                       LL 000222
POST   e/<str:experiment_id>/questions/<str:schema_id>/                       LL 000X22
GET    e/<str:experiment_id>/questions/<str:schema_id>/ask-again/             BB BBBBBB
POST   e/<str:experiment_id>/questions/<str:schema_id>/ask-again/             LL 000X00
GET    e/<str:experiment_id>/questions/<str:schema_id>/delete/                BB BBBBBB
POST   e/<str:experiment_id>/questions/<str:schema_id>/delete/                LL 000X22
GET    e/<str:experiment_id>/runs/<str:run_id>/                                  LL 000333
POST   e/<str:experiment_id>/runs/<str:run_id>/                                  BB BBBBBB
GET    e/<str:experiment_id>/traces/                                          LL 000222
POST   e/<str:experiment_id>/traces/                                          BB BBBBBB
GET    e/<str:experiment_id>/traces/<str:trace_id>/                           LL 000222
POST   e/<str:experiment_id>/traces/<str:trace_id>/                           BB BBBBBB
GET    e/<str:experiment_id>/settings/members/                                LL 000XX2
POST   e/<str:experiment_id>/settings/members/                                LL 000XX2
GET    e/<str:experiment_id>/settings/members/remove/                         BB BBBBBB
POST   e/<str:experiment_id>/settings/members/remove/                         LL 000XX3
"""
