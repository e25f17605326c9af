import { travelsInClear } from './origin.ts'
import { unpackProgram } from './unpack.ts'

export interface Installer {
  /** Where the machine will report, `http://127.0.0.1:4040`. */
  readonly origin: string
  /** Of the tarball that will be downloaded, hex. */
  readonly sha256: string
  readonly version: string
}

/** TRUST BOUNDARY: all three stand in single quotes in a shell script; anything a quote could leave by is refused. */
const requirePlain = ({ origin, sha256, version }: Installer): void => {
  for (const text of [origin, sha256, version])
    if (!/^[A-Za-z0-9:/.[\]+-]+$/.test(text)) throw new Error(`not fit for a script: ${JSON.stringify(text)}`)
}

/**
 * The install script, POSIX sh. All of it is in functions, so that half a download does nothing. The token comes by
 * the environment or from the terminal, is taken out of the environment at once, and is handed to `enroll` alone.
 */
export const installScript = (installer: Installer): string => {
  requirePlain(installer)
  const { origin, sha256, version } = installer
  const clear = travelsInClear(origin) ? '1' : '0'
  return `#!/bin/sh
# Installs the Watchbill daemon ${version} from ${origin}, joins this machine to it and starts the daemon.
# It writes to $HOME/.watchbill-agent (or WATCHBILL_PREFIX), and links ~/.local/bin/watchbill if that folder exists.
# Run it again to renew the program. To remove everything: watchbill uninstall
set -eu
umask 077

origin='${origin}'
sha256='${sha256}'
clear=${clear}
${body}
  node - "$prefix/download.tgz" "$sha256" "$prefix/staging" "$prefix" "$origin" "$link" <<'PROGRAM' || code=$?
${unpackProgram}PROGRAM
${rest}`
}

const body = `prefix=
token=
fresh=
done=
echo=

# What, why, how to mend.
fail() {
  printf 'watchbill: %s\\nWhy: %s\\nMend: %s\\n' "$1" "$2" "$3" >&2
  exit 1
}

# Whatever ends the script early: the terminal echoes again, and a fresh install leaves nothing.
cleanup() {
  if [ -n "$echo" ]; then stty "$echo" </dev/tty || :; fi
  if [ -n "$done" ] || [ -z "$prefix" ]; then return; fi
  if [ -n "$fresh" ]; then
    if [ -x "$prefix/bin/watchbill" ]; then "$prefix/bin/watchbill" stop >/dev/null 2>&1 || :; fi
    rm -rf "$prefix"
    printf 'Nothing was left behind in %s.\\n' "$prefix" >&2
  else
    rm -rf "$prefix/staging" "$prefix/download.tgz"
  fi
}

check_machine() {
  case $(uname -s) in
    MINGW* | MSYS* | CYGWIN*) fail 'this system is not supported' 'the daemon runs on Linux and macOS' 'use WSL' ;;
  esac
  if ! command -v node >/dev/null 2>&1; then
    fail 'Node is missing' 'the daemon needs Node 20.19 or newer' 'install it (https://nodejs.org), then paste the line again'
  fi
  if ! node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)'; then
    fail 'Node is too old' "the daemon needs Node 20.19 or newer, this is $(node -v)" 'install a newer one (https://nodejs.org)'
  fi
  if [ "$clear" = 1 ] && [ "\${WATCHBILL_INSECURE_HTTP-}" != 1 ]; then
    fail 'the credential would travel in clear' "$origin is plain http" 'use https, or set WATCHBILL_INSECURE_HTTP=1 on a network you trust'
  fi
}

choose_place() {
  place=\${WATCHBILL_PREFIX:-\${HOME:-}/.watchbill-agent}
  case $place in
    /.watchbill-agent | *'
'*) fail 'no place to install to' 'HOME is not set, or the path is not usable' 'set WATCHBILL_PREFIX to an absolute path' ;;
    /*) ;;
    *) fail 'no place to install to' "$place is not an absolute path" 'set WATCHBILL_PREFIX to an absolute path' ;;
  esac
  if [ -e "$place" ] && [ ! -f "$place/receipt.json" ]; then
    fail "$place is there already" 'it was not made by this script' 'move it away, or set WATCHBILL_PREFIX'
  fi
  link=
  if [ -n "\${HOME:-}" ]; then link=$HOME/.local/bin/watchbill; fi
}

# The terminal itself is asked, so that the token stands in no history and no argument.
ask_token() {
  if ! (exec 3<>/dev/tty) 2>/dev/null; then
    fail 'a token is needed' 'WATCHBILL_ENROLL_TOKEN is not set' 'copy the whole line from the settings page of the control plane'
  fi
  echo=$(stty -g </dev/tty)
  stty -echo </dev/tty
  printf 'Enrolment token (not shown): ' >/dev/tty
  IFS= read -r token </dev/tty || token=
  stty "$echo" </dev/tty
  echo=
  printf '\\n' >/dev/tty
}

download() {
  url="$origin/install/watchbill.tgz?sha256=$sha256"
  if command -v curl >/dev/null 2>&1; then
    curl -fsS -o "$1" "$url" && return
  elif command -v wget >/dev/null 2>&1; then
    wget -qO "$1" "$url" && return
  else
    fail 'nothing to download with' 'neither curl nor wget is here' 'install one of them'
  fi
  fail 'the daemon could not be downloaded' "$origin did not hand it out" 'check that it can be reached from here, then paste the line again'
}

place_program() {
  rm -rf "$prefix/staging"
  mkdir "$prefix/staging"
  download "$prefix/download.tgz"
  code=0`

const rest = `  if [ "$code" = 3 ]; then
    printf 'watchbill: the download is not what the control plane built\\n' >&2
    printf 'Mend: paste the line again; if it happens again, something changes it on the way\\n' >&2
  fi
  [ "$code" = 0 ] || exit 1
  rm -rf "$prefix/program" "$prefix/download.tgz"
  mv "$prefix/staging" "$prefix/program"
}

# A command of the same name that somebody else put there stays.
link_command() {
  command=$prefix/bin/watchbill
  if [ -z "$link" ] || [ ! -d "\${link%/*}" ]; then return; fi
  if [ -L "$link" ] && [ "$(readlink "$link")" = "$command" ]; then command=$link
  elif [ -e "$link" ] || [ -L "$link" ]; then printf '%s belongs to something else and stays.\\n' "$link"
  else
    ln -s "$command" "$link"
    command=$link
  fi
}

main() {
  token=\${WATCHBILL_ENROLL_TOKEN-}
  unset WATCHBILL_ENROLL_TOKEN
  check_machine
  choose_place
  trap cleanup EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  if [ -z "$token" ] && [ ! -f "$place/data/daemon/credential.json" ]; then ask_token; fi
  if [ ! -e "$place" ]; then
    mkdir "$place" || fail "$place cannot be made" 'see above' 'set WATCHBILL_PREFIX to a path in a folder you may write to'
    fresh=1
    : >"$place/receipt.json"
  fi
  prefix=$place
  place_program
  agent=$prefix/bin/watchbill
  if [ -n "$token" ]; then
    WATCHBILL_ENROLL_TOKEN=$token "$agent" enroll --api "$origin"
  else
    "$agent" stop
  fi
  "$agent" start
  link_command
  done=1
  printf '\\nInstalled in %s; nothing else was written%s.\\n' "$prefix" "$([ "$command" = "$agent" ] || printf ' but %s' "$command")"
  printf '  how it is    %s status\\n  to remove    %s uninstall\\n' "$command" "$command"
}

main
`
