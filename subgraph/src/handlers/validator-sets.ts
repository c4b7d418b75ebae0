import { SetAccepted } from '../../generated/ValidatorSets/ValidatorSets'
import { ValidatorSet } from '../../generated/schema'
import { loadProtocol } from '../helpers/protocol'
import { stamp } from '../helpers/stamp'
import { setId } from '../ids'

export function handleSetAccepted(event: SetAccepted): void {
  const id = setId(event.params.setId)
  // A header may arrive again; the first arrival counts.
  if (ValidatorSet.load(id) != null) return
  const header = event.params.header
  const set = new ValidatorSet(id)
  set.setId = event.params.setId
  set.membersRoot = header.membersRoot
  set.aggregateKey = header.aggregateKey
  set.totalWeight = header.totalWeight
  set.count = header.count
  set.activeFrom = header.activeFrom
  set.activeUntil = header.activeUntil
  stamp(set, event)
  set.save()
  const protocol = loadProtocol()
  protocol.latestSet = set.id
  protocol.save()
}
