import { unknownSubscription } from '../../billing/subscriptions/change-one.ts';
import * as contract from '../../contracts/rest/billing-runs.ts';
import type { SubscriptionRow } from '../../db/queries/billing-rows.ts';
import { findSubscription } from '../../db/queries/read-subscription.ts';
import { readStoryOfRuns } from '../../db/queries/story-of-runs.ts';
import { readAsTenant } from '../../db/with-tenant.ts';
import { type Instant, NEVER, toIso } from '../../domain/instant.ts';
import { type Route, route } from '../route.ts';
import { renderBillingRun } from './render-billing-run.ts';
import { pageRequestOf, renderPage } from './render-page.ts';

/** What happened to a subscription, and what carries it out, for those who look after it. */
export const billingRunRoutes: readonly Route[] = [
  route(contract.listBillingRunsRoute, async (call) => {
    const withWebhooks = call.principal.permissions.has('webhooks:read');
    const of = { id: call.id('subscription'), page: pageRequestOf('billingRun', call.query), withWebhooks };
    const story = await readStoryOfRuns(call.context.database, call.tenantId, of);
    if (!story) throw unknownSubscription();
    return renderPage(story.page, (run) => renderBillingRun(run, story, withWebhooks));
  }),

  route(contract.readWorkflowRoute, async (call) => {
    const id = call.id('subscription');
    const sub = await readAsTenant(call.context.database, call.tenantId, (sql) => findSubscription(sql, id));
    if (!sub) throw unknownSubscription();
    const address = call.addressOfWorkflow({ tenantId: call.tenantId, subscriptionId: id });
    return { status: 200, body: renderWorkflow(sub, address) };
  }),
];

const isoUnlessNever = (at: Instant | null) => (at === null || at === NEVER ? null : toIso(at));

function renderWorkflow(
  sub: SubscriptionRow,
  { workflowId, namespace, url }: { workflowId: string; namespace: string; url: string | null },
): contract.WorkflowBody {
  const { parked, parkedAt } = sub;
  return {
    workflow_id: workflowId,
    namespace,
    url,
    next: { kind: sub.nextKind, at: isoUnlessNever(sub.nextAt) },
    wake_at: isoUnlessNever(sub.wakeAt),
    sleeping_until: isoUnlessNever(sub.sleepingUntil),
    last_result: sub.lastResult,
    failed_tries: sub.fruitlessTries,
    parked: parked && parkedAt !== null ? { at: toIso(parkedAt), ...parked } : null,
  };
}
