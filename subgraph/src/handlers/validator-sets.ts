import { SetAccepted } from '../../generated/ValidatorSets/ValidatorSets'
import { acceptSet } from '../helpers/sets'

export function handleSetAccepted(event: SetAccepted): void {
  acceptSet(event)
}
