import * as contract from '../../contracts/rest/reports.ts';
import { readOverview } from '../../db/queries/reports/read-overview.ts';
import { readToday } from '../../db/queries/reports/read-today.ts';
import { type Route, route } from '../route.ts';
import { renderOverview, renderToday } from './render-report.ts';

export const reportRoutes: readonly Route[] = [
  route(contract.readOverviewRoute, async (call) => ({
    status: 200,
    body: renderOverview(await readOverview(call.context.database, call.tenantId, call.query.days)),
  })),

  route(contract.readTodayRoute, async (call) => ({
    status: 200,
    body: renderToday(await readToday(call.context.database, call.tenantId)),
  })),
];
