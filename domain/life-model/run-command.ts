import { DAY_MS } from '../instant.ts';
import type { ProrationMode } from '../proration/proration.ts';
import { planPause } from '../subscriptions/pause.ts';
import type { Command } from '../subscriptions/subscription.ts';
import { changeDate, changeTerms } from './change-life.ts';
import { become, end, type Life, priceOf, type Result } from './life.ts';
import { collect, resume } from './pass-time.ts';

export interface CommandStep {
  command: Command;
  amountMinor: number;
  mode: ProrationMode;
  days: number;
  result: Result;
}

/** Carries out a command that is allowed; what the step says beyond it stands for the command's body and the charge's result. */
export function runCommand(life: Life, step: CommandStep): void {
  const { command, amountMinor, mode, days, result } = step;
  const shortly = days % 2 === 0;
  if (command === 'change_plan') changeTerms(life, priceOf(amountMinor), life.quantity, mode, result);
  else if (command === 'change_quantity') changeTerms(life, life.price, 1 + (days % 5), mode, result);
  else if (command === 'change_date') changeDate(life, days, mode, result);
  else if (command === 'pause') {
    const { remainingMs } = planPause(life);
    life.pause = {
      at: life.now,
      remainingMs,
      resumesAt: shortly ? life.now + days * DAY_MS : null,
      before: life.status,
    };
    become(life, 'paused');
  } else if (command === 'resume') resume(life);
  else if (command === 'cancel') {
    if (shortly || life.status === 'past_due' || life.status === 'paused') end(life);
    else life.cancelAt = life.periodEndAt;
  } else if (command === 'uncancel') life.cancelAt = null;
  else if (command === 'retry') collect(life, result);
}
