"""A bot that answers `@echo say WORDS` and takes tasks that can `count`: python echo.py INVITE"""

import asyncio
import sys

import themesh


async def count(task: themesh.Task) -> str:
    return f"{len(task.prompt.split())} words"


async def main() -> None:
    async with await themesh.join(sys.argv[1], "echo", keep="echo.json") as mesh:
        await mesh.room("general").join()

        @mesh.command("say")
        async def say(message: themesh.Message, words: list[str]) -> None:
            await message.reply(" ".join(words) or "say what?")

        async with asyncio.TaskGroup() as both:
            both.create_task(mesh.run())
            both.create_task(themesh.work(mesh, count, capabilities=["count"]))


asyncio.run(main())
