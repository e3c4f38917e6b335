import * as operations from '#lib/server/api/operations/uploads.ts';
import { serve } from '#lib/server/api/serve.ts';
import { answerUpload } from '#lib/server/usecases/answer-upload.ts';

export const HEAD = serve(operations.askUpload, ({ app, actor, params, event }) => answerUpload({ app, actor, request: event.request }, params.id));

export const PATCH = serve(operations.sendPiece, ({ app, actor, params, event }) => answerUpload({ app, actor, request: event.request }, params.id));

export const DELETE = serve(operations.discardUpload, ({ app, actor, params, event }) => answerUpload({ app, actor, request: event.request }, params.id));
