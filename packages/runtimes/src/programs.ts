import { subcommands } from './subcommands.ts'

/** Programs that a plain short word would not let through, or that are common enough to be named here. */
const known = new Set(
  (
    '7z 7za apt-cache apt-get autoreconf aws-vault b2sum base32 base64 bc bunzip2 bzip2 c++ cc cfn-lint chmod chown clang clang++ clang-format clang-tidy ' +
    'claude-code cmake cmd codex copilot cypress dc dd df dpkg dpkg-query du eslint_d fzf g++ gcc gdb git-lfs golangci-lint gpg gpg2 gunzip gzip h2load ' +
    'html2text i3-msg ip6tables jq k3d k3s k6 k9s ksh ld lsblk lsof lz4 lzma make md5 md5sum mkfs mysql mysqldump nc netstat nginx nslookup npx ntpd ' +
    'objdump openssl p4 pacman pdf2svg perl pg_dump pg_restore pkg-config pprof ps psql pwsh py python2 python3 pytest q qemu-system-x86_64 r2 rg rpm ' +
    'Rscript rsync ruby s3cmd s5cmd scp sed sha1sum sha224sum sha256sum sha384sum sha512sum sftp sh sqlite3 ssh ssh-add ssh-agent ssh-keygen sshfs ' +
    'strace stty svn tar tcpdump tf tmux tr tsc tsx tty unzip utf8proc uv uvx vi vim virtualenv vitest wc webpack-cli wget x11vnc xargs xclip xxd xz ' +
    'yq zcat zip zsh zstd'
  ).split(' '),
)

const versioned =
  /^(?:python|pip|node|ruby|php|perl|lua|java|gcc|g\+\+|clang|llvm-config|pg_ctl)-?\d{1,2}(?:\.\d{1,2})?$/
const extension = /\.(?:sh|py|js|mjs|cjs|ts|rb|pl|exe|cmd|bat)$/
/** One to three words of lower-case letters: `deploy`, `run-tests`, `check_env`. */
const plain = /^[a-z]{1,14}(?:[-_][a-z]{1,14}){0,2}$/
const unspeakable = /[bcdfghjklmnpqrstvwxz]{6}/

/**
 * Is this word a program's name? TRUST BOUNDARY: the first word somebody typed may be a password, so it is repeated
 * only when it is a known program or a plain short word: no digits, no capitals, nothing that looks random.
 */
export const looksLikeProgram = (word: string): boolean => {
  if (known.has(word) || Object.hasOwn(subcommands, word) || versioned.test(word)) return true
  const name = word.replace(extension, '')
  return (
    known.has(name) ||
    Object.hasOwn(subcommands, name) ||
    (name.length <= 24 && plain.test(name) && !unspeakable.test(name))
  )
}
