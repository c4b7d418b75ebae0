import { BigInt } from '@graphprotocol/graph-ts'
import { SeatAbsence, ValidatorSet } from '../../generated/schema'
import { seatId, setId } from '../ids'

// Seats of the set whose bit is not in the four words.
export function absentSeats(set: BigInt, signers: BigInt[]): BigInt[] {
  const absent: BigInt[] = []
  const header = ValidatorSet.load(setId(set))
  if (header == null) return absent
  for (let index = 0; index < header.count.toI32(); index++) {
    if (!hasBit(signers[index >> 8], index & 0xff)) absent.push(BigInt.fromI32(index))
  }
  return absent
}

// A BigInt is its bytes, the lowest first.
function hasBit(word: BigInt, bit: i32): boolean {
  const at = bit >> 3
  return at < word.length && ((<i32>word[at] >> (bit & 7)) & 1) == 1
}

export function countAbsence(set: BigInt, index: BigInt): void {
  const id = seatId(set, index)
  let absence = SeatAbsence.load(id)
  if (absence == null) {
    absence = new SeatAbsence(id)
    absence.setId = set
    absence.index = index
    absence.absences = 0
  }
  absence.absences += 1
  absence.save()
}
