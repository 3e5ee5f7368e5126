"""Tables and their constraints; no query, no rule of the domain. Importing this package knows every table."""

from ctapp.models.audit import AuditEvent
from ctapp.models.directory import (
    DesignatedStage,
    Location,
    LocationPause,
    Organisation,
    OrganisationArea,
    Provider,
    ReportingPeriod,
)
from ctapp.models.messages import (
    ContactSession,
    EmailCode,
    Heartbeat,
    LinkReceipt,
    OneTapLink,
    OutboxMail,
    StaleFlag,
    UsedNonce,
)
from ctapp.models.people import (
    Contact,
    ContactLocation,
    LocationPerson,
    SignInLock,
    SignInThrottle,
    User,
    UserLocation,
    UserSession,
)
from ctapp.models.question_sets import QuestionSet
from ctapp.models.submissions import Current, GivenReason, Note, Outbreak, PostedForm, Submission

__all__ = [
    "AuditEvent",
    "Contact",
    "ContactLocation",
    "ContactSession",
    "Current",
    "DesignatedStage",
    "EmailCode",
    "GivenReason",
    "Heartbeat",
    "LinkReceipt",
    "Location",
    "LocationPause",
    "LocationPerson",
    "Note",
    "OneTapLink",
    "Organisation",
    "OrganisationArea",
    "OutboxMail",
    "Outbreak",
    "PostedForm",
    "Provider",
    "QuestionSet",
    "ReportingPeriod",
    "SignInLock",
    "SignInThrottle",
    "StaleFlag",
    "Submission",
    "UsedNonce",
    "User",
    "UserLocation",
    "UserSession",
]
