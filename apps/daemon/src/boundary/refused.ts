/** Why a file is not read although it lies in a watched folder; counted in "collector health". */
export class Refused extends Error {
  override readonly name = 'Refused'
}
