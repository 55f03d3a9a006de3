"""Where one belongs, the reviewer's pages, and behind them the managers' and developers'."""

from django.urls import include, path
from django.views.generic import RedirectView

from labeling.views import following, home, joining, me, practice, review, start

app_name = "labeling"
urlpatterns = [
    path("", home.home, name="home"),
    path("inbox/", home.inbox, name="inbox"),
    path("inbox/ask/", home.ask_to_review, name="ask_to_review"),
    path("me/", me.me, name="me"),
    path("me/tokens/", me.make_token, name="make_token"),
    path("join/<str:secret>/", joining.join, name="join"),
    path(
        "r/<str:session_id>",
        RedirectView.as_view(pattern_name="labeling:start", permanent=True),
        name="short_link",
    ),
    path("r/<str:session_id>/", start.start, name="start"),
    path("r/<str:session_id>/next/", following.next_item, name="next"),
    path("r/<str:session_id>/items/", start.my_items, name="my_items"),
    path("r/<str:session_id>/items/rows/", start.more_rows, name="more_rows"),
    path("r/<str:session_id>/practice/", practice.practice, name="practice"),
    path("r/<str:session_id>/done/", start.done, name="done"),
    path("r/<str:session_id>/<int:position>/", review.item, name="item"),
    path("", include("labeling.manage_urls")),
]
