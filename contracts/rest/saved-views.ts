import { z } from 'zod';
import { bodyOf, emptyBody, instantOut, textUpTo } from './fields.ts';
import { defineRoute } from './route.ts';

const tag = 'Own account';
const permission = null;
const filtersMax = 20;

const page = z
  .string()
  .regex(/^[a-z][a-z-]{0,39}$/, 'is not the name of a list')
  .meta({ examples: ['subscriptions'], description: 'The list, as the address of its page names it.' });
const filters = z
  .record(z.string().min(1).max(40), z.string().max(200))
  .refine((record) => Object.keys(record).length <= filtersMax, `has more than ${filtersMax} filters`)
  .meta({ maxProperties: filtersMax });

const savedView = z
  .object({
    saved_view_id: z.string(),
    page: z.string(),
    name: z.string(),
    filters: z.record(z.string(), z.string()),
    created_at: instantOut,
  })
  .meta({ id: 'SavedView', description: 'Filters of a list under a name, of whoever made it and nobody else.' });

export type SavedViewBody = z.input<typeof savedView>;

const viewAnswer = (description: string) => ({ description, schema: savedView });

export const listSavedViewsRoute = defineRoute({
  method: 'get',
  path: '/me/saved-views',
  permission,
  tag,
  summary: 'List your own views of lists, by name',
  query: z.strictObject({ page: page.optional() }),
  answers: { 200: { description: 'All of them.', schema: z.object({ data: z.array(savedView) }) } },
});

export const saveViewRoute = defineRoute({
  method: 'post',
  path: '/me/saved-views',
  permission,
  tag,
  summary: 'Keep filters of a list under a name',
  body: bodyOf({ page, name: textUpTo(60), filters }),
  answers: { 201: viewAnswer('The view.') },
  refusals: ['already_exists', 'quota_reached', 'card_number_refused'],
});

export const dropViewRoute = defineRoute({
  method: 'delete',
  path: '/me/saved-views/{saved_view_id}',
  permission,
  tag,
  summary: 'Drop a view of your own',
  body: emptyBody,
  answers: { 200: viewAnswer('The view, as it was.') },
});
