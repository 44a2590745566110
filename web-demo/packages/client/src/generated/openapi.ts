/* The REST interface, in the form that openapi-typescript gives it. */

type Json<T> = { content: { 'application/json': T } };
type Problems = { default: { content: { 'application/problem+json': components['schemas']['Problem'] } } };
type None = { query?: never; header?: never; path?: never; cookie?: never };
type Operation<P, B, R> = { parameters: Omit<None, keyof P> & P; responses: R & Problems } & ([
  B,
] extends [never]
  ? { requestBody?: never }
  : { requestBody: B });
type ById = { path: { id: string } };
type Page = { cursor?: string; limit?: number };

export interface components {
  schemas: {
    Status: 'scheduled' | 'in-progress' | 'completed' | 'cancelled';
    Confirmation: 'pending' | 'confirmed' | 'declined' | 'expired';
    Person: { id: string; name: string; timeZone: string };
    Teacher: {
      id: string;
      name: string;
      timeZone: string;
      headline: string;
      average: number | null;
      count: number;
    };
    Me: { id: string; name: string; role: 'user' | 'admin'; timeZone: string; locale: string };
    DemoPerson: {
      id: string;
      name: string;
      role: 'teacher' | 'student' | 'admin';
      timeZone: string;
      headline: string;
    };
    SignedIn: { token: string; expiresAt: string; user: components['schemas']['DemoPerson'] };
    SessionParticipant: { id: string; name: string; role: 'teacher' | 'student' };
    Session: {
      id: string;
      title: string;
      description: string;
      skill: string;
      teacher: string;
      student: string | null;
      scheduledAt: string;
      duration: number;
      status: components['schemas']['Status'];
      meetingUrl: string;
      createdAt: string;
      endsAt: string;
      timeZone: string | null;
      confirmation: components['schemas']['Confirmation'];
      version: number;
      participants: components['schemas']['SessionParticipant'][];
      teacherName: string;
      studentName: string | null;
      tookPlace: boolean;
      joinOpensAt: string;
      joinClosesAt: string;
      reviewed: boolean;
      cancelledBy: string | null;
      cancelReason: string | null;
      localStart?: string;
    };
    NewSession: {
      teacher: string;
      student?: string;
      title: string;
      duration: number;
      description?: string;
      skill?: string;
      scheduledAt?: string;
      localStart?: string;
      timeZone?: string;
      strictTime?: boolean;
    };
    SessionEdit: {
      title?: string;
      description?: string;
      skill?: string;
      duration?: number;
      scheduledAt?: string;
      localStart?: string;
      timeZone?: string;
    };
    IceServer: { urls: string[]; username?: string; credential?: string };
    Join: {
      token: string;
      expiresAt: string;
      url: string;
      iceServers: components['schemas']['IceServer'][];
      role: 'teacher' | 'student' | 'observer';
      session: components['schemas']['Session'];
    };
    Review: {
      id: string;
      reviewerId: string;
      revieweeId: string;
      sessionId: string;
      rating: number;
      comment: string;
      createdAt: string;
      reviewerName?: string;
      revieweeName?: string;
      sessionTitle?: string;
    };
    Aggregate: { average: number | null; count: number; histogram: number[] };
    Notice: {
      id: string;
      kind: string;
      sessionId: string | null;
      payload: Record<string, unknown>;
      createdAt: string;
      readAt: string | null;
    };
    ChatLine: { id: string; user: string; name: string; text: string; sentAt: string };
    Presence: {
      participant: string;
      user: string;
      role: 'teacher' | 'student' | 'observer' | 'service';
      joinedAt: string;
      connectedAt: string | null;
      leftAt: string | null;
      leftReason: string | null;
    };
    Problem: {
      type?: string;
      title?: string;
      status?: number;
      detail?: string;
      code: string;
      requestId?: string;
      opensAt?: string;
      errors?: { pointer: string; detail: string }[];
    };
  };
}

type Schemas = components['schemas'];
type List<T> = { items: T[]; nextCursor: string | null };

export interface paths {
  '/api/demo/people': {
    get: Operation<None, never, { 200: Json<{ items: Schemas['DemoPerson'][] }> }>;
  };
  '/api/demo/sign-in': {
    post: Operation<None, Json<{ id: string }>, { 200: Json<Schemas['SignedIn']> }>;
  };
  '/api/me': { get: Operation<None, never, { 200: Json<Schemas['Me']> }> };
  '/api/me/preferences': {
    put: Operation<None, Json<{ timeZone?: string; locale?: string }>, { 200: Json<Schemas['Me']> }>;
  };
  '/api/people': {
    get: Operation<{ query: { ids: string } }, never, { 200: Json<{ items: Schemas['Person'][] }> }>;
  };
  '/api/teachers': {
    get: Operation<
      { query?: { q?: string; skill?: string } },
      never,
      { 200: Json<{ items: Schemas['Teacher'][] }> }
    >;
  };
  '/api/sessions': {
    get: Operation<
      {
        query?: Page & {
          status?: string;
          role?: 'teacher' | 'student';
          from?: string;
          to?: string;
          skill?: string;
          q?: string;
          timeZone?: string;
        };
      },
      never,
      { 200: Json<List<Schemas['Session']>> }
    >;
    post: Operation<
      { header?: { 'Idempotency-Key'?: string } },
      Json<Schemas['NewSession']>,
      { 201: Json<Schemas['Session']> }
    >;
  };
  '/api/sessions/{id}': {
    get: Operation<
      ById & { query?: { timeZone?: string } },
      never,
      { 200: Json<Schemas['Session']> }
    >;
    put: Operation<
      ById & { header: { 'If-Match': string } },
      Json<Schemas['SessionEdit']>,
      { 200: Json<Schemas['Session']> }
    >;
    delete: Operation<ById, Json<{ reason?: string }>, { 200: Json<Schemas['Session']> }>;
  };
  '/api/sessions/{id}/join': {
    post: Operation<ById, never, { 200: Json<Schemas['Join']> }>;
  };
  '/api/sessions/{id}/chat': {
    get: Operation<ById, never, { 200: Json<{ items: Schemas['ChatLine'][] }> }>;
  };
  '/api/sessions/{id}/attendance': {
    get: Operation<ById, never, { 200: Json<{ items: Schemas['Presence'][] }> }>;
  };
  '/api/history': {
    get: Operation<
      { query?: Page & { q?: string; from?: string; to?: string; timeZone?: string } },
      never,
      { 200: Json<List<Schemas['Session']>> }
    >;
  };
  '/api/reviews/{userId}': {
    get: Operation<
      { path: { userId: string }; query?: Page },
      never,
      { 200: Json<List<Schemas['Review']> & Schemas['Aggregate']> }
    >;
  };
  '/api/reviews': {
    post: Operation<
      None,
      Json<{ sessionId: string; revieweeId?: string; rating: number; comment?: string }>,
      { 201: Json<Schemas['Review']> }
    >;
  };
  '/api/notifications': {
    get: Operation<
      { query?: Page },
      never,
      { 200: Json<List<Schemas['Notice']> & { unread: number }> }
    >;
  };
  '/api/notifications/read': {
    post: Operation<None, Json<{ ids?: string[]; all?: boolean }>, { 204: { content?: never } }>;
  };
  '/api/admin/reviews': {
    get: Operation<{ query?: Page }, never, { 200: Json<List<Schemas['Review']>> }>;
  };
}
