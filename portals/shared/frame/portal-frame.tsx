import { AppShell, Badge, Burger, Group, NavLink, type NavLinkProps, ScrollArea } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconArrowLeft, IconLogout } from '@tabler/icons-react';
import { createLink, Outlet, useRouterState } from '@tanstack/react-router';
import type { AnchorHTMLAttributes, ComponentType, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ConnectionBanner } from '../live/connection-banner.tsx';
import { useLiveUpdates } from '../live/use-live-updates.ts';
import { notifyFailed } from '../parts/notices.ts';
import { useProblemText } from '../parts/use-problem-text.ts';
import { useSession } from '../session/session-context.tsx';
import { signOut } from '../session/sign-out.ts';
import { Brand } from './brand.tsx';
import { Preferences } from './preferences.tsx';

export interface NavigationItem {
  to: string;
  label: string;
  icon: ComponentType<{ size?: number; 'aria-hidden'?: boolean }>;
  badge?: number | undefined;
  /** Other paths it stands for. */
  also?: readonly string[];
}

type AnchorAttributes = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'color' | 'style'>;

const RouterNavLink = createLink((props: NavLinkProps & AnchorAttributes) => <NavLink {...props} />);

const headerRowPx = 60;

/** Header, navigation and the page's place: the same in both portals. */
export function PortalFrame(props: {
  navigation: readonly NavigationItem[];
  header?: ReactNode;
  /** What the pages are about: beside the rest of the header, and on a phone below it. */
  subject?: ReactNode;
  /** Where one came from. */
  back?: { label: string; href: string } | undefined;
  banner?: ReactNode;
}): ReactNode {
  const { t } = useTranslation();
  const { tenant } = useSession();
  const [opened, { toggle, close }] = useDisclosure(false);
  const rows = props.subject == null ? 1 : 2;
  useLiveUpdates();
  return (
    <AppShell
      header={{ height: { base: headerRowPx + (rows - 1) * 48, sm: headerRowPx } }}
      navbar={{ width: 232, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      padding={{ base: 'md', sm: 'xl' }}
    >
      <AppShell.Header px="md">
        <a className="skip-link" href="#page">
          {t('frame.skip')}
        </a>
        <div className="frame-header" data-rows={rows}>
          <Group wrap="nowrap" gap="sm" miw={0}>
            <Burger opened={opened} onClick={toggle} hiddenFrom="sm" size="sm" aria-label={t('frame.navigation')} />
            <Brand name={tenant.name} />
            {tenant.isSandbox && <Badge color="grape">{t('frame.sandbox')}</Badge>}
          </Group>
          <Group wrap="nowrap" gap="xs" miw={0}>
            {props.header}
          </Group>
          {props.subject != null && (
            <Group wrap="nowrap" gap="xs" miw={0}>
              {props.subject}
            </Group>
          )}
        </div>
      </AppShell.Header>
      <AppShell.Navbar p="sm" aria-label={t('frame.navigation')}>
        <AppShell.Section grow component={ScrollArea}>
          {props.back && (
            <NavLink
              href={props.back.href}
              label={props.back.label}
              leftSection={<IconArrowLeft size={18} aria-hidden />}
              mb="xs"
            />
          )}
          {props.navigation.map((item) => (
            <NavigationLink key={item.to} item={item} onFollow={close} />
          ))}
        </AppShell.Section>
        <AppShell.Section>
          <Preferences />
          <SignOutLink />
        </AppShell.Section>
      </AppShell.Navbar>
      <AppShell.Main id="page" tabIndex={-1} className="page">
        <ConnectionBanner />
        {props.banner}
        <Outlet />
      </AppShell.Main>
    </AppShell>
  );
}

function SignOutLink(): ReactNode {
  const { t } = useTranslation();
  const problemText = useProblemText();
  return (
    <NavLink
      component="button"
      type="button"
      label={t('frame.signOut')}
      leftSection={<IconLogout size={18} aria-hidden />}
      onClick={() => void signOut().catch((error: unknown) => notifyFailed(problemText(error)))}
    />
  );
}

function NavigationLink({ item, onFollow }: { item: NavigationItem; onFollow: () => void }): ReactNode {
  const path = useRouterState({ select: (state) => state.location.pathname });
  const Icon = item.icon;
  const isAt = (place: string) => (place === '/' ? path === '/' : path === place || path.startsWith(`${place}/`));
  const isHere = [item.to, ...(item.also ?? [])].some(isAt);
  return (
    <RouterNavLink
      to={item.to}
      label={item.label}
      active={isHere}
      aria-current={isHere ? 'page' : undefined}
      leftSection={<Icon size={18} aria-hidden />}
      rightSection={
        item.badge ? (
          <Badge size="sm" color="red" circle={item.badge < 10}>
            {item.badge}
          </Badge>
        ) : undefined
      }
      onClick={onFollow}
      mb={2}
    />
  );
}
