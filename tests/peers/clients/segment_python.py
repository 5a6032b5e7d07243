"""Arguments: the collector's address, the key, `gzip` or nothing."""
import sys

import segment.analytics as analytics

analytics.host = sys.argv[1] + "/segment"
analytics.write_key = sys.argv[2]
analytics.gzip = "gzip" in sys.argv[3:]
failures = []
analytics.on_error = lambda error, items: failures.append(error)
analytics.track(anonymous_id="d1", event="report_exported", properties={"format": "pdf"})
analytics.identify("u1", {"name": "Ann", "role": "admin"}, anonymous_id="d1")
analytics.group("u1", "acme", {"plan": "pro", "seats": 20})
analytics.track("u1", "report_exported", {"format": "csv"})
analytics.page("u1", "Docs", "Reports", {"path": "/reports"})
analytics.screen("u1", "Apps", "Home")
analytics.alias("d1", "u1")
print("said", flush=True)
analytics.shutdown()
sys.exit(f"{failures}" if failures else 0)
