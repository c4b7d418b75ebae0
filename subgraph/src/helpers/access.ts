import { Bytes, ethereum } from '@graphprotocol/graph-ts'
import { Initialized, RoleAdminChanged, Upgraded } from '../../generated/Custody/Custody'
import { Initialization, RoleAdminChange, RoleChange, Upgrade } from '../../generated/schema'
import { eventId } from '../ids'

export function changeRole(role: Bytes, account: Bytes, sender: Bytes, granted: boolean, event: ethereum.Event): void {
  const change = new RoleChange(eventId(event))
  change.contract = event.address
  change.role = role
  change.account = account
  change.sender = sender
  change.granted = granted
  change.tx = event.transaction.hash
  change.block = event.block.number
  change.time = event.block.timestamp
  change.save()
}

export function changeRoleAdmin(event: RoleAdminChanged): void {
  const change = new RoleAdminChange(eventId(event))
  change.contract = event.address
  change.role = event.params.role
  change.previousAdminRole = event.params.previousAdminRole
  change.newAdminRole = event.params.newAdminRole
  change.tx = event.transaction.hash
  change.block = event.block.number
  change.time = event.block.timestamp
  change.save()
}

export function upgradeContract(event: Upgraded): void {
  const upgrade = new Upgrade(eventId(event))
  upgrade.contract = event.address
  upgrade.implementation = event.params.implementation
  upgrade.tx = event.transaction.hash
  upgrade.block = event.block.number
  upgrade.time = event.block.timestamp
  upgrade.save()
}

export function initializeContract(event: Initialized): void {
  const initialization = new Initialization(eventId(event))
  initialization.contract = event.address
  initialization.version = event.params.version
  initialization.tx = event.transaction.hash
  initialization.block = event.block.number
  initialization.time = event.block.timestamp
  initialization.save()
}
