//! Which request is answered by what: the pages, the API, the demo. Tests call [`Front::answer`] without a socket.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use hyper::header::HeaderName;
use hyper::{Request, Response};

use crate::answer_body::AnswerBody;
use crate::body::RequestBody;
use crate::client::{self, Peer};
use crate::deliver::Delivery;
use crate::front::Front;
use crate::log::Line;
use crate::reply::Reply;
use crate::{api, demo, routes};

/// What a socket is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Surface {
    /// The gate and the pages.
    Pages,
    /// The API.
    Api,
}

impl Front {
    /// Answers a request for the gate or a page.
    pub async fn answer<B: RequestBody>(
        self: &Arc<Self>,
        request: Request<B>,
        peer: Peer,
        delivery: &Delivery,
    ) -> Response<AnswerBody> {
        self.answer_on(Surface::Pages, request, peer, delivery).await
    }

    /// Answers a request that came through a socket for `surface`.
    pub async fn answer_on<B: RequestBody>(
        self: &Arc<Self>,
        surface: Surface,
        request: Request<B>,
        peer: Peer,
        delivery: &Delivery,
    ) -> Response<AnswerBody> {
        let started = Instant::now();
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        // Each connection keeps room for the largest answer that is not boxed: only the gate's is not.
        let answered = async {
            match surface {
                // Whatever it asks for, two servers could see two requests in it.
                _ if client::named_host(request.uri(), request.headers()).is_err() => Reply::bad_host(),
                Surface::Pages => match &self.demo {
                    None => routes::answer(self, request, peer, delivery).await,
                    Some(demo) => Box::pin(demo::answer(self, demo, request, peer, delivery)).await,
                },
                Surface::Api => {
                    let reply = Box::pin(api::answer(self, request, peer, delivery)).await;
                    reply.with(HeaderName::from_static("x-request-id"), &format!("{number:016x}"))
                }
            }
        };
        let reply = Front::in_era(self.stores.era(), answered).await;
        let Reply { response, route, site, session } = reply;
        self.log.answer(|| Line {
            at: self.machine.clock.now(),
            request: number,
            route,
            status: response.status().as_u16(),
            took: started.elapsed(),
            app: site.and_then(|site| self.config.sites.get(site)).map(|site| site.name.clone()),
            session,
        });
        response
    }
}
