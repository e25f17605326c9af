const words = (text: string): ReadonlySet<string> => new Set(text.split(' '))

const node =
  'run test install i ci add remove uninstall update upgrade publish build start exec dlx audit init link ls list outdated pack version view create dev'

/** Programs whose first word says what they do, with the words that may be shown. */
export const subcommands: Readonly<Record<string, ReadonlySet<string>>> = {
  git: words(
    'add am apply bisect blame branch checkout cherry-pick clean clone commit config describe diff fetch grep init log ls-files ls-remote merge mv pull push rebase reflog remote reset restore revert rev-parse rm show stash status submodule switch tag worktree',
  ),
  gh: words('api auth gist issue pr release repo run search secret workflow'),
  npm: words(node),
  pnpm: words(node),
  yarn: words(node),
  bun: words(node),
  deno: words('run test task fmt lint check compile install cache'),
  cargo: words('add bench build check clean clippy doc fix fmt install publish remove run test tree update'),
  go: words('build clean env fmt generate get install list mod run test tool vet work'),
  docker: words(
    'build buildx compose cp exec images inspect kill logs login ps pull push rm rmi run start stop tag volume network',
  ),
  podman: words(
    'build compose cp exec images inspect kill logs login ps pull push rm rmi run start stop tag',
  ),
  kubectl: words(
    'apply auth config cordon create delete describe diff drain edit exec explain get label logs patch port-forward rollout run scale top wait',
  ),
  helm: words('install upgrade uninstall list rollback template lint repo status dependency'),
  terraform: words('apply destroy fmt import init output plan refresh show state taint validate workspace'),
  tofu: words('apply destroy fmt import init output plan refresh show state taint validate workspace'),
  make: words('all build check clean deploy dev format install lint release run test'),
  pip: words('install uninstall list show freeze download wheel check'),
  pip3: words('install uninstall list show freeze download wheel check'),
  uv: words('add build init lock pip publish remove run sync tool venv'),
  poetry: words('add build check install lock publish remove run show update'),
  apt: words('install remove update upgrade list search show'),
  'apt-get': words('install remove update upgrade'),
  brew: words('install uninstall update upgrade list search info'),
  systemctl: words('start stop restart reload status enable disable'),
  dotnet: words('build clean publish restore run test'),
  mvn: words('clean compile deploy install package test verify'),
  gradle: words('assemble build check clean run test'),
  aws: words('cloudformation ec2 ecr ecs eks iam lambda rds s3 s3api sts'),
  gcloud: words('auth builds compute config container functions iam run sql storage'),
  vercel: words('build deploy dev env link list logs pull'),
  fly: words('deploy launch logs scale secrets ssh status'),
}
