// All handlers in one module: a manifest whose data sources share it is compiled once.
export * from './handlers/access'
export * from './handlers/custody'
export * from './handlers/epoch-manager'
export * from './handlers/validator-registry'
export * from './handlers/validator-sets'
