// What several contracts emit alike: the events have the same fields wherever they come from.
import { Bytes, ethereum } from '@graphprotocol/graph-ts'
import {
  Initialized,
  RoleAdminChanged,
  RoleGranted,
  RoleRevoked,
  RulesHashSet,
  Upgraded,
} from '../../generated/Custody/Custody'
import { PosterSet } from '../../generated/EpochManager/EpochManager'
import { Initialization, PosterChange, RoleAdminChange, RoleChange, RulesHashChange, Upgrade } from '../../generated/schema'
import { acceptRules, loadContract, setPoster, setRole } from '../helpers/contracts'
import { stamp } from '../helpers/stamp'
import { eventId } from '../ids'

export function handleRoleGranted(event: RoleGranted): void {
  saveRoleChange(event, event.params.role, event.params.account, event.params.sender, true)
}

export function handleRoleRevoked(event: RoleRevoked): void {
  saveRoleChange(event, event.params.role, event.params.account, event.params.sender, false)
}

function saveRoleChange(event: ethereum.Event, role: Bytes, account: Bytes, sender: Bytes, granted: boolean): void {
  const change = new RoleChange(eventId(event))
  change.member = setRole(event.address, role, account, granted).id
  change.contract = event.address
  change.role = role
  change.account = account
  change.sender = sender
  change.granted = granted
  stamp(change, event)
  change.save()
}

export function handleRoleAdminChanged(event: RoleAdminChanged): void {
  const change = new RoleAdminChange(eventId(event))
  change.contract = event.address
  change.role = event.params.role
  change.previousAdminRole = event.params.previousAdminRole
  change.newAdminRole = event.params.newAdminRole
  stamp(change, event)
  change.save()
}

export function handleUpgraded(event: Upgraded): void {
  const contract = loadContract(event.address)
  contract.implementation = event.params.implementation
  contract.save()
  const upgrade = new Upgrade(eventId(event))
  upgrade.contract = contract.id
  upgrade.implementation = event.params.implementation
  stamp(upgrade, event)
  upgrade.save()
}

export function handleInitialized(event: Initialized): void {
  const contract = loadContract(event.address)
  contract.version = event.params.version
  contract.save()
  const initialization = new Initialization(eventId(event))
  initialization.contract = contract.id
  initialization.version = event.params.version
  stamp(initialization, event)
  initialization.save()
}

export function handleRulesHashSet(event: RulesHashSet): void {
  acceptRules(event.address, event.params.rulesHash)
  const change = new RulesHashChange(eventId(event))
  change.accepted = event.address
  change.contract = event.address
  change.rulesHash = event.params.rulesHash
  stamp(change, event)
  change.save()
}

export function handlePosterSet(event: PosterSet): void {
  setPoster(event.address, event.params.poster, event.params.nonce)
  const change = new PosterChange(eventId(event))
  change.current = event.address
  change.poster = event.params.poster
  change.nonce = event.params.nonce
  stamp(change, event)
  change.save()
}
