"""Who is answered how by the operators' pages; the letters are those of who_may.

Nobody in the table of callers is an operator, so nobody gets in, whatever the address names.
tests/pages/test_admin.py has what operators are answered.
"""

SHUT = "LL XXXXXX"
LISTS = [
    "accounts/apitoken",
    "accounts/auditevent",
    "accounts/heartbeat",
    "accounts/invitation",
    "accounts/signinlink",
    "accounts/user",
    "assessments/assessment",
    "assessments/revision",
    "assessments/stalemark",
    "labeling/accessrequest",
    "labeling/aggregationstate",
    "labeling/answer",
    "labeling/labelingsession",
    "labeling/privacyflag",
    "labeling/queueitem",
    "labeling/review",
    "labeling/sessionreviewer",
    "labeling/settlement",
    "schemas/labelschema",
    "schemas/schemaversion",
    "traces/dataset",
    "traces/experiment",
    "traces/membership",
    "traces/run",
    "traces/trace",
]
ROUTES = [
    "admin/",
    "admin/jsi18n/",
    "admin/<str:app_label>/",
    *(f"admin/{each}/" for each in LISTS),
    *(f"admin/{each}/<path:object_id>/change/" for each in LISTS),
]
OPERATORS_PAGES = "\n".join(
    f"{method} {route} {SHUT}" for route in ROUTES for method in ("GET", "POST")
)
