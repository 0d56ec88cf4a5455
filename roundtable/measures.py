"""What is counted while the program works, for Prometheus; `/metrics` gives it (docs/operation.md).

Names of pages are those of the views, never addresses: an address may be a personal link.
"""

from prometheus_client import Counter, Histogram

REQUESTS = Counter("roundtable_requests_total", "Requests answered", ["page", "method", "status"])
REQUEST_SECONDS = Histogram(
    "roundtable_request_seconds",
    "How long an answer took",
    ["page"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
REQUEST_QUERIES = Histogram(
    "roundtable_request_queries",
    "How many statements an answer sent to the database",
    ["page"],
    buckets=(1, 2, 5, 10, 15, 20, 30, 50, 100, 500),
)
FAULTS = Counter(
    "roundtable_faults_total", "Requests that ended in a fault of the program or its surroundings", ["kind"]
)
WORK_SECONDS = Histogram(
    "roundtable_document_work_seconds",
    "Documents rendered and pictures unpacked in processes of their own",
    ["work", "outcome"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
LETTERS = Counter("roundtable_letters_total", "What became of a letter at each attempt", ["state"])
JOB_SECONDS = Histogram(
    "roundtable_job_seconds",
    "How long a round of a job took",
    ["job", "outcome"],
    buckets=(0.005, 0.025, 0.1, 0.5, 1, 5, 30, 120),
)
