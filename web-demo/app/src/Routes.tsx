import { StateView, useLectern } from '@lectern/react';
import { SearchX } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { Link, Route, Switch } from 'wouter';
import { AdminDispute } from './pages/admin/AdminDispute.tsx';
import { AdminDisputes } from './pages/admin/AdminDisputes.tsx';
import { AdminKeys } from './pages/admin/AdminKeys.tsx';
import { AdminLessons } from './pages/admin/AdminLessons.tsx';
import { AdminPeople } from './pages/admin/AdminPeople.tsx';
import { AdminRecord } from './pages/admin/AdminRecord.tsx';
import { AdminReviews } from './pages/admin/AdminReviews.tsx';
import { AdminRooms } from './pages/admin/AdminRooms.tsx';
import { Book } from './pages/Book.tsx';
import { GroupsPage } from './pages/groups/GroupsPage.tsx';
import { HistoryPage } from './pages/HistoryPage.tsx';
import { HoursPage } from './pages/HoursPage.tsx';
import { LessonPage } from './pages/LessonPage.tsx';
import { NoticesPage } from './pages/NoticesPage.tsx';
import { ReviewsPage } from './pages/ReviewsPage.tsx';
import { SettingsPage } from './pages/settings/SettingsPage.tsx';
import { Teachers } from './pages/Teachers.tsx';
import { Today } from './pages/Today.tsx';
import { Opening } from './shell/Opening.tsx';
import { Shell } from './shell/Shell.tsx';

// The calendar, the plots and the room bring much code that other pages do without.
const CalendarPage = lazy(() => import('./pages/CalendarPage.tsx'));
const FiguresPage = lazy(() => import('./pages/FiguresPage.tsx'));
const AdminPerson = lazy(() => import('./pages/admin/AdminPerson.tsx'));
const AdminOverview = lazy(() => import('./pages/admin/AdminOverview.tsx'));
const RoomPage = lazy(() => import('./pages/room/RoomPage.tsx'));

export function Routes() {
  const { me } = useLectern();
  return (
    <Suspense fallback={<Opening />}>
      <Switch>
        <Route path="/" component={Today} />
        <Route path="/calendar" component={CalendarPage} />
        <Route path="/book" component={Teachers} />
        <Route path="/book/:teacher">{({ teacher }) => <Book teacher={teacher} />}</Route>
        <Route path="/history" component={HistoryPage} />
        <Route path="/hours" component={HoursPage} />
        <Route path="/groups" component={GroupsPage} />
        <Route path="/settings" component={SettingsPage} />
        <Route path="/reviews" component={ReviewsPage} />
        <Route path="/figures" component={FiguresPage} />
        <Route path="/notices" component={NoticesPage} />
        <Route path="/lessons/:id/room">{({ id }) => <RoomPage key={id} id={id} />}</Route>
        <Route path="/lessons/:id">{({ id }) => <LessonPage key={id} id={id} />}</Route>
        <Route path="/admin/*?">
          {() => (me.role === 'admin' ? <AdminRoutes /> : <Forbidden />)}
        </Route>
        <Route>{() => <NotFound />}</Route>
      </Switch>
    </Suspense>
  );
}

function AdminRoutes() {
  return (
    <Switch>
      <Route path="/admin" component={AdminOverview} />
      <Route path="/admin/lessons" component={AdminLessons} />
      <Route path="/admin/rooms" component={AdminRooms} />
      <Route path="/admin/disputes" component={AdminDisputes} />
      <Route path="/admin/disputes/:id">{({ id }) => <AdminDispute key={id} id={id} />}</Route>
      <Route path="/admin/people" component={AdminPeople} />
      <Route path="/admin/people/:id">{({ id }) => <AdminPerson key={id} id={id} />}</Route>
      <Route path="/admin/reviews" component={AdminReviews} />
      <Route path="/admin/record" component={AdminRecord} />
      <Route path="/admin/keys" component={AdminKeys} />
      <Route>{() => <NotFound />}</Route>
    </Switch>
  );
}

function Forbidden() {
  return (
    <Shell title="Not yours to open">
      <StateView level={1} title="This is not yours to open" tone="info" actions={<Home />}>
        <p>These pages are for those who run the place.</p>
      </StateView>
    </Shell>
  );
}

function NotFound() {
  return (
    <Shell title="Nothing here">
      <StateView
        level={1}
        title="There is nothing here"
        icon={SearchX}
        tone="info"
        actions={<Home />}
      >
        <p>It may have been moved, or the link was cut short.</p>
      </StateView>
    </Shell>
  );
}

function Home() {
  return (
    <Link href="/" className="l-button l-button--primary">
      Go to today
    </Link>
  );
}
