// What several contracts emit alike: the events have the same fields wherever they come from.
import {
  Initialized,
  RoleAdminChanged,
  RoleGranted,
  RoleRevoked,
  RulesHashSet,
  Upgraded,
} from '../../generated/Custody/Custody'
import { changeRole, changeRoleAdmin, initializeContract, upgradeContract } from '../helpers/access'
import { changeRulesHash } from '../helpers/rules'

export function handleRoleGranted(event: RoleGranted): void {
  changeRole(event.params.role, event.params.account, event.params.sender, true, event)
}

export function handleRoleRevoked(event: RoleRevoked): void {
  changeRole(event.params.role, event.params.account, event.params.sender, false, event)
}

export function handleRoleAdminChanged(event: RoleAdminChanged): void {
  changeRoleAdmin(event)
}

export function handleUpgraded(event: Upgraded): void {
  upgradeContract(event)
}

export function handleInitialized(event: Initialized): void {
  initializeContract(event)
}

export function handleRulesHashSet(event: RulesHashSet): void {
  changeRulesHash(event.params.rulesHash, event)
}
