import { homedir } from 'node:os'

/** The home folder whose agents are watched: HOME from the environment, else the account's. */
export const homeOf = (env: NodeJS.ProcessEnv): string => env.HOME || homedir()
