import { archivePlan } from '../../billing/catalog/archive-plan.ts';
import { changePlanDetails } from '../../billing/catalog/change-plan-details.ts';
import { createPlan } from '../../billing/catalog/create-plan.ts';
import { renderPlan } from '../../billing/catalog/render-plan.ts';
import * as contract from '../../contracts/rest/plans.ts';
import { findPlan, listPlans } from '../../db/queries/plans.ts';
import { readAsTenant } from '../../db/with-tenant.ts';
import { DomainError } from '../../domain/errors.ts';
import { type Route, route } from '../route.ts';
import { pageRequestOf, renderPage } from './render-page.ts';
import { withoutAbsent } from './without-absent.ts';

export const planRoutes: readonly Route[] = [
  route(contract.createPlanRoute, (call) => {
    const { body } = call;
    return createPlan(call.context, call, {
      name: body.name,
      description: body.description ?? null,
      group: body.group ?? null,
      price: {
        model: body.pricing_model,
        amountMinor: body.amount,
        currency: body.currency,
        intervalUnit: body.interval,
        intervalCount: body.interval_count,
      },
      trialPeriodDays: body.trial_period_days,
      maxSubscriptions: body.max_subscriptions ?? null,
      maxPerCustomer: body.max_per_customer ?? null,
      metadata: body.metadata,
    });
  }),

  route(contract.listPlansRoute, async (call) => {
    const page = pageRequestOf('plan', call.query);
    const { status } = call.query;
    const plans = await readAsTenant(call.context.database, call.tenantId, (sql) => listPlans(sql, { status }, page));
    return renderPage(plans, renderPlan);
  }),

  route(contract.readPlanRoute, async (call) => {
    const id = call.id('plan');
    const plan = await readAsTenant(call.context.database, call.tenantId, (sql) => findPlan(sql, id));
    if (!plan) throw new DomainError('not_found', 'unknown plan');
    return { status: 200, body: renderPlan(plan) };
  }),

  route(contract.changePlanDetailsRoute, (call) => {
    const { name, description, amount, trial_period_days, max_subscriptions, max_per_customer, metadata } = call.body;
    const details = {
      name,
      description,
      trialPeriodDays: trial_period_days,
      maxSubscriptions: max_subscriptions,
      maxPerCustomer: max_per_customer,
    };
    const input = { details: withoutAbsent(details), amountMinor: amount, metadata };
    return changePlanDetails(call.context, call, call.id('plan'), input);
  }),

  route(contract.archivePlanRoute, (call) => archivePlan(call.context, call, call.id('plan'))),
];
