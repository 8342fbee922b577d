"""Where each operation of the API is; the vendor's page as it is known tells the path of one of them alone."""

from types import MappingProxyType
from typing import Final

PATHS: Final = MappingProxyType(
    {
        "login": ("POST", "login"),
        "list_users": ("GET", "user"),
        "create_user": ("POST", "user"),
        "get_user": ("GET", "user/{id}"),
        "delete_user": ("DELETE", "user/{id}"),
        "invite_operating_device": ("POST", "operating-device/invitation"),
        "revoke_invitation": ("DELETE", "operating-device/invitation/{id}"),
        "list_operating_devices": ("GET", "operating-device"),
        "delete_operating_device": ("DELETE", "operating-device/{id}"),
        "list_locking_devices": ("GET", "locking-device"),
        "create_locking_device": ("POST", "locking-device"),
        "modify_locking_device": ("PATCH", "locking-device/{id}"),
        "get_locking_device": ("GET", "locking-device/{id}"),
        "delete_locking_device": ("DELETE", "locking-device/{id}"),
        "locking_device_system_log": ("GET", "locking-device-log/system"),
        "locking_device_audit_log": ("GET", "locking-device-log/audit"),
        "grant_permission": ("POST", "permission"),
        "list_permissions": ("GET", "permission"),
        "update_permission": ("PUT", "permission/{id}"),
        "revoke_permission": ("DELETE", "permission/{id}"),
        "get_permission": ("GET", "permission/{id}"),
        "issue_offline_key": ("POST", "offline-key"),
        "list_offline_keys": ("GET", "offline-key"),
        "claim_gateway_device": ("POST", "gateway-device/claim"),
        "list_gateway_devices": ("GET", "gateway-device"),
        "get_gateway_device": ("GET", "gateway-device/{id}"),
        "delete_gateway_device": ("DELETE", "gateway-device/{id}"),
        "gateway_device_system_log": ("GET", "gateway-device-log/system"),
        "gateway_device_audit_log": ("GET", "gateway-device-log/audit"),
        "create_association": ("POST", "gateway-device-association"),
        "list_associations": ("GET", "gateway-device-association"),
        "get_association": ("GET", "gateway-device-association/{id}"),
        "delete_association": ("DELETE", "gateway-device-association/{id}"),
        "issue_remote_command": ("POST", "remote-command"),
        "list_remote_commands": ("GET", "remote-command"),
        "get_remote_command": ("GET", "remote-command/{id}"),
        "cancel_remote_command": ("POST", "remote-command/{id}/cancel"),
        "start_re_keying": ("POST", "locking-device/{id}/re-key"),
    }
)
"""The method and the path behind the base path, by the operation."""
