"""To the second and with the zone: operators compare these times with logs."""

DATETIME_FORMAT = "Y-m-d H:i:s e"
