"""The models of requests whose fields are kept as they come."""

from typing import Final

from simulators.iloq.fields import Model

_KEY_TEXTS = (
    "Description InfoText ManufacturingInfo OnlineAccessCode ROM_ID TagKey VersionCode"
)

INSERT_KEY: Final = Model(
    text=f"{_KEY_TEXTS} Stamp",
    guid="FNKey_ID Person_ID RealEstate_ID",
    whole="KeyTypeMask",
    date="ExpireDate",
    required="FNKey_ID RealEstate_ID Stamp",
)
"""Which fields must be there is told for none but the answer's Stamp; the ids are assumed."""

UPDATE_KEY: Final = Model(
    text="Description InfoText ROM_ID TagKey VersionCode Stamp",
    guid="FNKey_ID Person_ID RealEstate_ID",
    whole="State",
    date="ExpireDate",
    required="FNKey_ID RealEstate_ID Stamp",
)

SLOT: Final = Model(
    text="TimeZone_ID",
    guid="SourceCalendarData_ID TimeLimitTitle_ID",
    whole="SlotNo",
    lg="LimitDateLg TimeLimitTitleStartDateLg TimeLimitTitleEndDateLg",
)
SLOT_DATA: Final = Model(whole="StartTimeMS EndTimeMS WeekDayMask")
SCHEDULER: Final = Model(
    whole="RenewGapCount RenewGapType RenewMinute", date="RenewEndDate"
)
TIME_LIMIT: Final = Model(
    whole="DaylightSaving LimitType OrderNo RenewGapCount RenewGapType RenewMinute WeekDay",
    guid="LNKey_ID LNKeyTimeLimit_ID",
    date="StartDate EndDate RenewEndDate",
)
"""A time limit of the first generation, of which nothing but the names is known."""

KEY_PHONE: Final = Model(
    text="Email PhoneNo", guid="FNKey_ID", whole="OptionMask", required="FNKey_ID"
)

KEY_TAG: Final = Model(
    text="Key Value",
    guid="FNKey_ID Tag_ID",
    truth="SaveToKeyAuditTrail",
    required="FNKey_ID Tag_ID",
)

PERSON: Final = Model(
    text="FirstName LastName PersonCode eMail Phone1 Phone2 Phone3 Address ZipCode PostOffice Country"
    " CompanyName WorkTitle ContactInfo Description ExternalPersonId LanguageCode",
    guid="Person_ID",
    whole="State",
    truth="ExternalCanEdit",
    date="EmploymentEndDate",
)

ACCESS: Final = Model(
    text="Name Description ExtDescription Value",
    guid="SecurityAccess_ID ParentSecurityAccess_ID RealEstate_ID Zone_ID",
    whole="AccessMode DefaultAccess Ext Status Type VersionNr",
    required="SecurityAccess_ID RealEstate_ID",
)
