import { NativeSelect, Text } from '@mantine/core';
import { IconCreditCard, IconFileInvoice, IconLayoutDashboard, IconUser } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { PortalFrame } from '../shared/frame/portal-frame.tsx';
import { followLanguage } from '../shared/language/start-language.ts';
import { RouterButton } from '../shared/parts/router-parts.tsx';
import { useSession } from '../shared/session/session-context.tsx';
import { HelpLinks } from './help-links.tsx';
import { PastDueBanner } from './past-due-banner.tsx';
import { useChosenSubscription, usePlans } from './queries.ts';

export function CustomerFrame(): ReactNode {
  const { t } = useTranslation();
  const { language, sessionId, returnUrl, tenant } = useSession();
  const { chosen, query } = useChosenSubscription();
  useEffect(() => {
    if (sessionId !== null) void followLanguage(language, sessionId);
  }, [language, sessionId]);
  return (
    <PortalFrame
      navigation={[
        { to: '/', label: t('nav.overview'), icon: IconLayoutDashboard },
        { to: '/billing', label: t('nav.billing'), icon: IconFileInvoice },
        { to: '/payment-methods', label: t('nav.methods'), icon: IconCreditCard },
        { to: '/account', label: t('nav.account'), icon: IconUser },
      ]}
      header={<HelpLinks />}
      // Kept free while nobody knows yet, so that the page does not jump.
      subject={query.isPending || chosen !== undefined ? <SubscriptionBar /> : undefined}
      back={returnUrl === null ? undefined : { label: t('backTo', { name: tenant.name }), href: returnUrl }}
      banner={<PastDueBanner />}
    />
  );
}

/** The subscription the pages are about, by its plan's name, and the way to another plan. */
function SubscriptionBar(): ReactNode {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { chosen, subscriptions } = useChosenSubscription();
  const planOf = usePlans();
  if (chosen === undefined) return null;
  return (
    <>
      {subscriptions.length === 1 && (
        <Text fw={600} truncate flex={{ base: '1', sm: 'none' }} maw={{ sm: 240 }} miw={0}>
          {planOf(chosen.plan_id)?.name}
        </Text>
      )}
      {subscriptions.length > 1 && (
        <NativeSelect
          aria-label={t('overview.which')}
          data={subscriptions.map((subscription) => ({
            value: subscription.subscription_id,
            label: `${planOf(subscription.plan_id)?.name ?? '…'} · ${t(`status.${subscription.status}`)}`,
          }))}
          value={chosen.subscription_id}
          flex={{ base: '1', sm: 'none' }}
          w={{ sm: 240 }}
          miw={0}
          onChange={({ currentTarget }) =>
            void navigate({ to: '/', search: { subscription: currentTarget.value } as never })
          }
        />
      )}
      {chosen.allowed_commands.includes('change_plan') && (
        <RouterButton
          to="/"
          search={{ dialog: 'change-plan' } as never}
          variant="light"
          size="sm"
          className="keep-width"
        >
          {t('overview.changePlan')}
        </RouterButton>
      )}
    </>
  );
}
