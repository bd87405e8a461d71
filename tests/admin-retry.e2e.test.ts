import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { beforeEachJourney } from './support/each-journey.ts';
import type { PlatformTenant } from './support/platform-tenant.ts';
import { expectUsableEverywhere, type PortalJourneys } from './support/portal-journeys.ts';
import { scriptCharges } from './support/troubles.ts';

/** A task of the workflow, and a look of the page, on a busy machine. */
const patient = { timeout: 60_000 };

let journeys: PortalJourneys;
let tenant: PlatformTenant;
beforeEachJourney((opened, made) => {
  [journeys, tenant] = [opened, made];
});

interface Read {
  status: string;
  attempts_count: number;
  next_attempt_at: string | null;
  retry_tasks: { task_id: string; status: string }[];
}

const read = (id: string) => tenant.rest.get<Read>(`/v1/admin/payments/${id}`);

/** Declined once, which may pass. */
async function failPayment(): Promise<string> {
  const body = { customer_id: await tenant.makeCustomer('tok_insufficient_funds'), plan_id: await tenant.makePlan() };
  const made = await tenant.rest.post<{ payment: { payment_id: string } }>('/v1/subscriptions', {
    ...{ ...body, payment_behavior: 'allow_incomplete' },
  });
  return made.payment.payment_id;
}

async function open(id: string): Promise<Page> {
  const page = await journeys.openAdminPortal(tenant, 'admin');
  await page.goto(`${journeys.platform.apiUrl}/admin/payments/${id}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  return page;
}

const runRetry = (page: Page) => page.getByRole('button', { name: 'Run retry' });
const dialogOf = (page: Page) => page.getByRole('dialog', { name: 'Run retry' });
const stateOf = (page: Page) => page.getByRole('main').getByRole('status');

/** Asked for elsewhere, and decided. */
async function retryElsewhere(id: string, behave: string, status: string): Promise<void> {
  await scriptCharges(journeys.platform, tenant, [behave]);
  await tenant.rest.post(`/v1/admin/payments/${id}/retry`, {});
  await expect.poll(async () => (await read(id)).status, patient).toBe(status);
}

describe('a retry by hand', () => {
  it.each([
    {
      ...{ ends: 'paid', behave: 'ok', notice: /^The retry succeeded: the payment is completed\./, shown: 'Paid' },
      wanted: { status: 'completed', task: 'succeeded', hasNext: false },
      ...{ button: 0, why: null },
    },
    {
      ...{
        ends: 'declined for now',
        behave: 'decline:generic_decline',
        notice: /^The retry failed\./,
        shown: 'Failed',
      },
      wanted: { status: 'failed', task: 'failed', hasNext: true },
      ...{ button: 1, why: null },
    },
    {
      ...{ ends: 'declined for good', behave: 'decline:stolen_card', notice: /^The retry failed\./ },
      shown: 'Failed for good',
      wanted: { status: 'failed_permanent', task: 'failed', hasNext: false },
      ...{ button: 0, why: 'No retry: The payment has failed permanently; another payment method opens a new one.' },
    },
  ])('that is $ends is told so without touching the page', async ({ behave, notice, shown, wanted, button, why }) => {
    const id = await failPayment();
    await scriptCharges(journeys.platform, tenant, [behave]);
    const page = await open(id);
    await runRetry(page).click();
    await dialogOf(page).getByText(id).waitFor();
    await dialogOf(page)
      .getByText(/second charge attempt/)
      .waitFor();
    const told = page.getByText(notice).waitFor(patient);
    await dialogOf(page).getByRole('button', { name: 'Run retry' }).click();
    await told;
    await stateOf(page).getByText(shown, { exact: true }).waitFor();
    await page.getByRole('cell', { name: 'By hand' }).waitFor();
    await expect.poll(() => runRetry(page).count(), patient).toBe(button);
    if (why !== null) await page.getByText(why).waitFor();
    const { status, attempts_count, next_attempt_at, retry_tasks } = await read(id);
    expect([status, attempts_count, next_attempt_at !== null]).toEqual([wanted.status, 2, wanted.hasNext]);
    expect(retry_tasks.map((task) => task.status)).toEqual([wanted.task]);
  });

  it.each([
    { state: 'completed', behave: 'ok', reason: 'This payment is completed already.' },
    {
      ...{ state: 'failed_permanent', behave: 'decline:stolen_card' },
      reason: 'The payment has failed permanently; another payment method opens a new one.',
    },
  ])('of a payment that meanwhile is $state is refused with the reason, in the dialog', async (given) => {
    const id = await failPayment();
    const page = await open(id);
    await runRetry(page).click();
    await dialogOf(page).getByText(id).waitFor();
    await retryElsewhere(id, given.behave, given.state);
    await dialogOf(page).getByRole('button', { name: 'Run retry' }).click();
    await dialogOf(page).getByText('That did not work').waitFor();
    await dialogOf(page).getByText(given.reason, { exact: false }).waitFor();
    await expectUsableEverywhere(page);
    const { attempts_count, retry_tasks } = await read(id);
    expect([attempts_count, retry_tasks.length]).toEqual([2, 1]);
  });

  it('is not offered of a payment that is completed', async () => {
    const id = await failPayment();
    await retryElsewhere(id, 'ok', 'completed');
    const page = await open(id);
    await stateOf(page).getByText('Paid', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Refund' }).waitFor();
    expect(await runRetry(page).count()).toBe(0);
  });

  it('is kept under its task while no broker has it, and carried out once one has', async () => {
    const id = await failPayment();
    await scriptCharges(journeys.platform, tenant, ['ok']);
    const page = await open(id);
    const relay = journeys.platform.role('relay');
    await journeys.platform.kill(relay);
    await runRetry(page).click();
    await dialogOf(page).getByRole('button', { name: 'Run retry' }).click();
    const kept = await page.getByText(/^The retry is kept \(task_\w+\)/).textContent();
    await dialogOf(page).waitFor({ state: 'detached' });
    await stateOf(page).getByText('Retrying…').waitFor();
    const told = page.getByText(/^The retry succeeded/).waitFor(patient);
    await relay.restart();
    await told;
    await stateOf(page).getByText('Paid', { exact: true }).waitFor();
    const { status, attempts_count, retry_tasks } = await read(id);
    expect([status, attempts_count]).toEqual(['completed', 2]);
    expect(retry_tasks).toMatchObject([{ task_id: kept?.match(/task_\w+/)?.[0], status: 'succeeded' }]);
  });
});
