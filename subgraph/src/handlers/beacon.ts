import { RoundVerified } from '../../generated/DrandBeacon/DrandBeacon'
import { BeaconRound } from '../../generated/schema'
import { stamp } from '../helpers/stamp'
import { roundId } from '../ids'

export function handleRoundVerified(event: RoundVerified): void {
  const id = roundId(event.address, event.params.round)
  // A round may be proven again; it has one value.
  if (BeaconRound.load(id) != null) return
  const round = new BeaconRound(id)
  round.beacon = event.address
  round.round = event.params.round
  round.randomness = event.params.randomness
  stamp(round, event)
  round.save()
}
