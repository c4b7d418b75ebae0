/** Calendars of the interfaces: what a session leaves out is as in the market's terms. */
import type {Rejection, SessionInput} from './commands.ts';
import {PPM} from './venue/integers.ts';
import type {Session} from './venue/sessions.ts';

export const badCalendar: Rejection = {
  code: 'INVALID_ORDER', reason: 'up to 64 sessions start in order within the week; shares are 0 to 100 %, margin, warnings and spreads 100 to 1000 %',
};

export const sessionsFrom = (sessions: readonly SessionInput[]): Session[] =>
  sessions.map(({warnPpm = PPM, makerFeePpm = PPM, makerSpreadPpm = PPM, makerSizePpm = PPM, makerTimePpm = PPM, ...rest}) =>
    ({...rest, warnPpm, makerFeePpm, makerSpreadPpm, makerSizePpm, makerTimePpm}));
