//! The front, asked without a socket: tables of requests and answers.

mod admin;
mod api;
mod api_admin;
mod gate;
mod live;
mod login;
mod pages;
mod scene;
mod single_sign_on;
