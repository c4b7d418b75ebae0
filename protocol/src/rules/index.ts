export {type Payee, payeesOf, walletBook} from './books.ts';
export {checkEpoch, RULES_CHECKED} from './check-epoch.ts';
export {type UncheckedRule, uncheckedRules} from './unchecked.ts';
export * from './evidence.ts';
export {checkEpochParallel} from './parallel.ts';
export {checkV9b} from './v9-records.ts';
