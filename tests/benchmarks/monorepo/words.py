"""The words that names of generated code are made of."""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


DOMAINS = _words("""
    orders billing shipping catalog customers payments returns inventory pricing loyalty reviews search accounts
    notifications documents invoices subscriptions tickets bookings claims policies transfers statements reports
    campaigns coupons fulfilment warehouses vehicles routes sensors readings contracts suppliers purchases audits
    timesheets payroll recruiting training
""")
ENTITIES = _words("""
    order invoice parcel product customer payment refund stock price reward review query account message document
    receipt subscription ticket booking claim policy transfer statement report campaign coupon shipment warehouse
    vehicle route sensor reading contract supplier purchase audit timesheet payslip candidate course
""")
FIELDS = _words("""
    title status region currency channel reference category priority description owner country carrier language
    postcode segment source label comment batch tier method origin brand color location department
""")
AMOUNTS = _words("""
    amounts weights quantities discounts durations distances scores taxes fees margins ratings volumes balances
""")
VERBS = _words("""
    normalize resolve derive enrich classify adjust check prepare expand reduce map merge rank route split mark
    tidy align complete balance convert review refine inspect
""")
CONCERNS = _words("""
    labels amounts limits contacts references periods regions channels tariffs statuses quotas formats identities
    addresses schedules summaries thresholds segments codes histories
""")
PACKAGES = _words("""
    wording figures calendars ledgers layouts contacts tariffs identities measures quotas labels ratings geography
    languages addresses schedules digests histories codes lookups
""")
