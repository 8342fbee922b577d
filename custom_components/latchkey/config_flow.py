"""The config flow: one account of one vendor."""

from collections.abc import Mapping
from functools import partialmethod
import logging
from typing import Any, override

from aiohttp import DummyCookieJar
from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    ConfigEntry,
    ConfigFlow,
    ConfigFlowResult,
)
from homeassistant.core import callback
from homeassistant.helpers.aiohttp_client import async_create_clientsession
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
from probatio import Secret
import voluptuous as vol

from .const import CONF_PARTS, CONF_VENDOR, DOMAIN
from .options_flow import LatchkeyOptionsFlow
from .vendors import VENDORS
from .vendors.model import Account
from .vendors.vendor import (
    AnswerNotUnderstood,
    ChoiceNeeded,
    Field,
    FieldKind,
    InvalidField,
    KeepsSession,
    NoRight,
    NotFound,
    RateLimited,
    Refused,
    ServiceUnavailable,
    TooLarge,
    Vendor,
    VendorError,
    WrongCredentials,
    WrongPath,
)

_LOGGER = logging.getLogger(__name__)

_SELECTORS = {
    FieldKind.TEXT: TextSelector(TextSelectorConfig(autocomplete="username")),
    FieldKind.SECRET: TextSelector(
        TextSelectorConfig(
            type=TextSelectorType.PASSWORD, autocomplete="current-password"
        )
    ),
    FieldKind.URL: TextSelector(TextSelectorConfig(type=TextSelectorType.URL)),
}

_ERRORS: dict[type[VendorError], str] = {
    WrongCredentials: "invalid_auth",
    NoRight: "no_right",
    NotFound: "not_found",
    RateLimited: "rate_limited",
    Refused: "refused",
    ServiceUnavailable: "cannot_connect",
    AnswerNotUnderstood: "answer_not_understood",
    TooLarge: "answer_not_understood",
    WrongPath: "not_found",
}


class LatchkeyConfigFlow(ConfigFlow, domain=DOMAIN):
    """Adds an account, renews its credentials, changes where it is reached."""

    _entered: dict[str, Any]
    """What was entered, while one of several accounts is chosen."""
    _choice: ChoiceNeeded | None = None

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> LatchkeyOptionsFlow:
        """Return the options flow."""
        return LatchkeyOptionsFlow()

    @override
    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Let the user choose the vendor."""
        return self.async_show_menu(step_id="user", menu_options=list(VENDORS))

    async def async_add_account(
        self, vendor: str, user_input: dict[str, str] | None = None
    ) -> ConfigFlowResult:
        """Ask for an account and add it."""
        return await self._async_form(
            vendor, vendor, VENDORS[vendor].fields, {}, user_input
        )

    async def async_step_reauth(
        self, entry_data: Mapping[str, Any]
    ) -> ConfigFlowResult:
        """Begin to renew credentials that the vendor refused."""
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(
        self, user_input: dict[str, str] | None = None
    ) -> ConfigFlowResult:
        """Ask for the secrets of the account."""
        data = self._get_reauth_entry().data
        vendor = data[CONF_VENDOR]
        fields = [
            field for field in VENDORS[vendor].fields if field.kind is FieldKind.SECRET
        ]
        return await self._async_form(
            "reauth_confirm", vendor, fields, data, user_input
        )

    async def async_step_reconfigure(
        self, user_input: dict[str, str] | None = None
    ) -> ConfigFlowResult:
        """Ask for all that belongs to the account; what is left empty stays."""
        data = self._get_reconfigure_entry().data
        vendor = data[CONF_VENDOR]
        return await self._async_form(
            "reconfigure", vendor, VENDORS[vendor].fields, data, user_input
        )

    async def _async_form(
        self,
        step_id: str,
        vendor: str,
        fields: list[Field] | tuple[Field, ...],
        known: Mapping[str, Any],
        user_input: dict[str, str] | None,
    ) -> ConfigFlowResult:
        """Show a form until its fields, over what is known already, give an account."""
        errors: dict[str, str] = {}
        if user_input is not None:
            data = {CONF_VENDOR: vendor, **known}
            for field in fields:
                value = user_input.get(field.key, "")
                value = value if field.kind is FieldKind.SECRET else value.strip()
                # What may be empty is emptied by leaving it so, unless it was not shown.
                is_emptied = field.may_be_empty and field.kind is not FieldKind.SECRET
                before = "" if is_emptied else known.get(field.key)
                data[field.key] = value or before or field.default
            if account := await self._async_account(vendor, data, errors):
                return await self._async_finish(vendor, account, data)
            if self._choice:
                self._entered = data
                return self._show_choice({})
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(
                _schema(fields, keep_secrets=self.source == SOURCE_RECONFIGURE),
                {**_shareable(fields, known), **_shareable(fields, user_input or {})},
            ),
            errors=errors,
            description_placeholders={"vendor": VENDORS[vendor].name},
        )

    async def async_choose(
        self, field: str, user_input: dict[str, str] | None = None
    ) -> ConfigFlowResult:
        """Let the user choose one of the accounts that the credentials lead to."""
        errors: dict[str, str] = {}
        if user_input is not None:
            vendor = self._entered[CONF_VENDOR]
            data = {**self._entered, field: user_input[field]}
            if account := await self._async_account(vendor, data, errors):
                return await self._async_finish(vendor, account, data)
        return self._show_choice(errors)

    def _show_choice(self, errors: dict[str, str]) -> ConfigFlowResult:
        assert self._choice is not None
        field = self._choice.field
        options = [
            SelectOptionDict(value=value, label=label)
            for value, label in self._choice.options.items()
        ]
        selector = SelectSelector(
            SelectSelectorConfig(options=options, mode=SelectSelectorMode.LIST)
        )
        return self.async_show_form(
            step_id=field,
            data_schema=vol.Schema({vol.Required(field): selector}),
            errors=errors,
            description_placeholders={
                "vendor": VENDORS[self._entered[CONF_VENDOR]].name
            },
        )

    async def _async_account(
        self, vendor: str, data: Mapping[str, str], errors: dict[str, str]
    ) -> Account | None:
        """Return who the vendor says we are; else say in `errors` what is wrong with which field."""
        session = async_create_clientsession(
            self.hass, auto_cleanup=False, cookie_jar=DummyCookieJar()
        )
        try:
            return await _account(VENDORS[vendor].connect(session, data))
        except InvalidField as err:
            errors[err.field] = err.reason
        except ChoiceNeeded as err:
            self._choice = err
        except VendorError as err:
            # The form refers to the log for what it has no words for.
            _LOGGER.warning("%s was not added: %s", VENDORS[vendor].name, err)
            reason = err.reason if isinstance(err, Refused) else ""
            known = (_ERRORS[kind] for kind in type(err).__mro__ if kind in _ERRORS)
            errors["base"] = reason or next(known, "unknown")
        except Exception:
            _LOGGER.exception("Unexpected error while connecting to %s", vendor)
            errors["base"] = "unknown"
        finally:
            session.detach()
        return None

    async def _async_finish(
        self, vendor: str, account: Account, data: dict[str, Any]
    ) -> ConfigFlowResult:
        """Create the entry, or update the one that the flow is about."""
        if (choice := VENDORS[vendor].choice) and account.choice:
            data[choice] = account.choice
        if account.parts:
            data[CONF_PARTS] = sorted(account.parts)
        await self.async_set_unique_id(f"{vendor}_{account.id}")
        if self.source == SOURCE_REAUTH:
            entry = self._get_reauth_entry()
        elif self.source == SOURCE_RECONFIGURE:
            entry = self._get_reconfigure_entry()
        else:
            self._abort_if_unique_id_configured()
            if account.parts:
                # It may have had others when it was added.
                self._async_abort_entries_match(
                    {CONF_VENDOR: vendor, CONF_PARTS: data[CONF_PARTS]}
                )
            return self.async_create_entry(
                title=f"{VENDORS[vendor].name} {account.name}", data=data
            )
        if account.parts.isdisjoint(entry.data.get(CONF_PARTS, ())):
            if self.source == SOURCE_REAUTH and entry.unique_id != self.unique_id:
                # Else nothing would ask for the credentials any more.
                self.hass.config_entries.async_schedule_reload(entry.entry_id)
            self._abort_if_unique_id_mismatch(reason="wrong_account")
        return self.async_update_reload_and_abort(entry, data=data)


for _vendor, _spec in VENDORS.items():
    # Home Assistant finds the step that a menu leads to by the method's name.
    setattr(
        LatchkeyConfigFlow,
        f"async_step_{_vendor}",
        partialmethod(LatchkeyConfigFlow.async_add_account, _vendor),
    )
    if _spec.choice:
        setattr(
            LatchkeyConfigFlow,
            f"async_step_{_spec.choice}",
            partialmethod(LatchkeyConfigFlow.async_choose, _spec.choice),
        )


async def _account(vendor: Vendor) -> Account:
    """Return who the vendor says we are, and leave no session behind."""
    try:
        return await vendor.account()
    finally:
        if isinstance(vendor, KeepsSession):
            await vendor.close()


def _schema(
    fields: list[Field] | tuple[Field, ...], *, keep_secrets: bool
) -> vol.Schema:
    """Return the form's schema; a secret that may be left empty stays as it was."""
    schema: dict[vol.Marker, TextSelector | SelectSelector] = {}
    for field in fields:
        if field.kind is FieldKind.SECRET:
            is_optional = keep_secrets or field.may_be_empty
            marker = vol.Optional if is_optional else vol.Required
            schema[marker(Secret(field.key))] = _SELECTORS[field.kind]
        elif field.kind is FieldKind.SELECT:
            schema[vol.Required(field.key, default=field.default)] = SelectSelector(
                SelectSelectorConfig(
                    options=list(field.options),
                    mode=SelectSelectorMode.LIST,
                    translation_key=field.key,
                )
            )
        elif field.may_be_empty:
            schema[vol.Optional(field.key)] = _SELECTORS[field.kind]
        elif field.default:
            schema[vol.Required(field.key, default=field.default)] = _SELECTORS[
                field.kind
            ]
        else:
            schema[vol.Required(field.key)] = _SELECTORS[field.kind]
    return vol.Schema(schema)


def _shareable(
    fields: list[Field] | tuple[Field, ...], values: Mapping[str, Any]
) -> dict[str, str]:
    """Return the values that may be shown again."""
    return {
        field.key: values[field.key]
        for field in fields
        if field.kind is not FieldKind.SECRET and field.key in values
    }
