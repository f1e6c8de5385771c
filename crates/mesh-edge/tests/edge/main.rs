//! The edge from outside: a real node in a folder of its own, reached over TCP.

mod a2a;
mod bad_input;
mod files;
mod guard;
mod house;
mod http;
mod inlets;
mod limits;
mod link;
mod mcp;
mod order;
mod over;
mod pages;
mod parity;
mod public;
mod rest;
mod skills;
mod slow;
mod sse;
mod web_socket;
mod ws;
