import { Button, Group, NativeSelect, TextInput } from '@mantine/core';
import { IconBookmark, IconTrash } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IntentDialog } from '../../shared/parts/intent-dialog.tsx';
import { notifyDone, notifyFailed } from '../../shared/parts/notices.ts';
import { useProblemText } from '../../shared/parts/use-problem-text.ts';
import { answered, keyed, rest } from '../../shared/rest/client.ts';
import { type Filters, filterNames, filtersOf, isSameView } from './list-filters.ts';

const page = 'subscriptions';
const queryKey = ['saved-views', page];

/** The views one has kept, wherever one signs in. Choosing one writes its filters into the address. */
export function SavedViews(props: {
  filters: Filters;
  onChange: (changed: Record<string, string>) => void;
}): ReactNode {
  const { t } = useTranslation();
  const { filters, onChange } = props;
  const [isSaving, setSaving] = useState(false);
  const views = useQuery({
    queryKey,
    queryFn: () => answered(rest.GET('/v1/me/saved-views', { params: { query: { page } } })),
  });
  const all = views.data?.data ?? [];
  const chosen = all.find((view) => isSameView(view.filters, filters));
  const hasFilters = Object.keys(filtersOf(filters)).length > 0;
  function choose(id: string): void {
    const view = all.find(({ saved_view_id }) => saved_view_id === id);
    onChange(Object.fromEntries(filterNames.map((name) => [name, view?.filters[name] ?? ''])));
  }
  return (
    <Group align="flex-end" gap="sm" mb="md">
      <NativeSelect
        label={t('views.title')}
        value={chosen?.saved_view_id ?? ''}
        onChange={({ currentTarget }) => choose(currentTarget.value)}
        data={[
          { value: '', label: t(hasFilters ? 'views.unsaved' : 'views.all') },
          ...all.map(({ saved_view_id, name }) => ({ value: saved_view_id, label: name })),
        ]}
      />
      {hasFilters && !chosen && (
        <Button variant="default" leftSection={<IconBookmark size={16} aria-hidden />} onClick={() => setSaving(true)}>
          {t('views.save')}
        </Button>
      )}
      {chosen && <DropView id={chosen.saved_view_id} name={chosen.name} />}
      {hasFilters && (
        <Button variant="subtle" onClick={() => choose('')}>
          {t('views.clear')}
        </Button>
      )}
      {isSaving && <SaveViewDialog filters={filters} onClose={() => setSaving(false)} />}
    </Group>
  );
}

function SaveViewDialog({ filters, onClose }: { filters: Filters; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [name, setName] = useState('');
  async function save(key: string): Promise<void> {
    const body = { page, name: name.trim(), filters: filtersOf(filters) };
    await answered(rest.POST('/v1/me/saved-views', { params: keyed(key), body }));
    await client.invalidateQueries({ queryKey });
    notifyDone(t('views.saved', { name: name.trim() }));
  }
  return (
    <IntentDialog
      title={t('views.save')}
      confirm={t('views.confirm')}
      disabled={name.trim() === ''}
      onConfirm={save}
      onClose={onClose}
    >
      <TextInput
        label={t('views.name')}
        description={t('views.nameText')}
        required
        maxLength={60}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
    </IntentDialog>
  );
}

/** A view is quickly made again: it is dropped without a question. */
function DropView({ id, name }: { id: string; name: string }): ReactNode {
  const { t } = useTranslation();
  const client = useQueryClient();
  const problemText = useProblemText();
  const drop = useMutation({
    mutationFn: () => {
      const path = { saved_view_id: id };
      return answered(rest.DELETE('/v1/me/saved-views/{saved_view_id}', { params: { path }, body: {} }));
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey });
      notifyDone(t('views.dropped', { name }));
    },
    onError: (error) => notifyFailed(problemText(error)),
  });
  return (
    <Button
      variant="default"
      leftSection={<IconTrash size={16} aria-hidden />}
      loading={drop.isPending}
      onClick={() => drop.mutate()}
    >
      {t('views.drop', { name })}
    </Button>
  );
}
