#!/usr/bin/env bash
# Prints the path of a Chromium for the browser test; installs one where that needs no one's help.
set -euo pipefail
cd "$(dirname "$0")/.."
readonly wanted=(chromium chromium-browser google-chrome google-chrome-stable)

on_path() {
  local name
  for name in "${wanted[@]}"; do command -v "$name" && return; done
  return 1
}

of_debian() {
  [[ $EUID -eq 0 ]] && command -v apt-get >/dev/null || return 1
  printf 'Installing Chromium (once) …\n' >&2
  { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends chromium; } \
    >/dev/null 2>&1 && on_path
}

# Playwright's own build, in a folder of this checkout.
of_playwright() {
  local found
  export PLAYWRIGHT_BROWSERS_PATH=$PWD/.cache/playwright
  own() { find "$PLAYWRIGHT_BROWSERS_PATH" -type f \( -name chrome -o -name headless_shell -o -name chrome-headless-shell \) 2>/dev/null | head -n1; }
  found=$(own)
  if [[ -z $found && -x .venv/bin/playwright ]]; then
    printf 'Downloading Chromium (once) …\n' >&2
    .venv/bin/playwright install chromium-headless-shell >/dev/null 2>&1 || return 1
    found=$(own)
  fi
  [[ -n $found ]] && printf '%s\n' "$found"
}

if [[ -n ${LATCHKEY_CHROMIUM:-} ]]; then
  [[ -x $LATCHKEY_CHROMIUM ]] || { printf 'LATCHKEY_CHROMIUM names no program: %s\n' "$LATCHKEY_CHROMIUM" >&2; exit 1; }
  printf '%s\n' "$LATCHKEY_CHROMIUM"
elif on_path; then :
elif of_debian; then :
elif of_playwright; then :
else
  printf 'No Chromium: install it (Debian: chromium), or set LATCHKEY_CHROMIUM to its path.\n' >&2
  exit 1
fi
