/** What comes next for somebody who leaves without the exchange: the SDK's rules, shared with `pobs-exit`. */
export {
  type Action, actionsOf, ANSWER_BY, type CustodyStanding, DAY_SECONDS, FREEZE_NOTICE, type FreezeStage, freezeStage, requestSteps, type RowStanding, SERVE_WITHIN, SILENCE, type Step,
} from '@pobs/protocol/exits/steps';
