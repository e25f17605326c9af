const emptySlot = 0n

/** A set of 64-bit hashes in one flat table: 16 bytes of memory a hash at most, grown by doubling. */
export class FactTable {
  #slots = new BigUint64Array(1024)
  size = 0

  has(hash: bigint): boolean {
    return this.#slots[this.#slotOf(hash)] === hash
  }

  /** False when it was in already. */
  add(hash: bigint): boolean {
    if (hash === emptySlot || this.has(hash)) return false
    if (this.size * 2 >= this.#slots.length) this.#grow()
    this.#slots[this.#slotOf(hash)] = hash
    this.size += 1
    return true
  }

  /** Where the hash is, or the empty slot where it would be. */
  #slotOf(hash: bigint): number {
    const mask = this.#slots.length - 1
    let slot = Number(hash & BigInt(mask))
    for (let found = this.#slots[slot]; found !== hash && found !== emptySlot; found = this.#slots[slot]) {
      slot = (slot + 1) & mask
    }
    return slot
  }

  #grow(): void {
    const old = this.#slots
    this.#slots = new BigUint64Array(old.length * 2)
    for (const hash of old) if (hash !== emptySlot) this.#slots[this.#slotOf(hash)] = hash
  }
}
