//! Everything that comes in: REST, WebSocket, SSE, MCP, the web page, health and metrics.
