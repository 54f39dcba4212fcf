"""The peer DBOS: its library, the client and the steps in one process, which does what its standard input says
(benches/peers/README.md has the language) on the store whose URL is its argument.

    python benches/peers/dbos/peer.py URL
"""

import asyncio
import importlib.metadata
import json
import platform
import sqlite3
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import sqlalchemy
from dbos import DBOS, DBOSClient, DBOSConfig

# How many workflows are under way at once; with more of them, or fewer, there are fewer a second.
UNDER_WAY = {"w1": 10, "w2": 10, "w3": 2}
# Connections of its own pool, and threads for workflows that aren't coroutines.
POOL = 20
THREADS = 4
# A queue that nobody takes from, so that submissions can be measured alone, and how many threads submit.
UNATTENDED = "unattended"
SUBMITTERS = 8


@DBOS.step()
def plain_noop(number: int) -> int:
    return number


@DBOS.step()
async def noop(number: int) -> int:
    return number


# Where nothing runs side by side, a workflow without coroutines is the quicker one.
@DBOS.workflow()
def w1(_input: int) -> int:
    for number in range(4):
        plain_noop(number)
    return plain_noop(4)


@DBOS.workflow()
async def w2(_input: int) -> int:
    await noop(0)
    await asyncio.gather(noop(1), noop(2))
    return await noop(3)


@DBOS.workflow()
async def w3(_input: int) -> int:
    await noop(0)
    await asyncio.gather(*(noop(number) for number in range(1, 101)))
    return await noop(101)


WORKFLOWS = {"w1": w1, "w2": w2, "w3": w3}


class Peer:
    def __init__(self, url: str) -> None:
        if url.startswith("sqlite://"):
            path = url.removeprefix("sqlite://")
            self.url = f"sqlite:///{path}"
            # DBOS leaves SQLite at its defaults, of which synchronous=FULL is one. A file keeps its journal mode, and
            # a write-ahead log is the faster one.
            with sqlite3.connect(path) as connection:
                connection.execute("pragma journal_mode = wal")
            self.table = "workflow_status"
        else:
            self.url = url.replace("postgres://", "postgresql+psycopg://")
            self.table = "dbos.workflow_status"
        config: DBOSConfig = {
            "name": "peers",
            "system_database_url": self.url,
            "sys_db_pool_size": POOL,
            "max_executor_threads": THREADS,
            "log_level": "WARNING",
        }
        DBOS(config=config)
        DBOS.launch()
        self.engine = sqlalchemy.create_engine(self.url)
        self.client = DBOSClient(
            system_database_url=self.url, system_database_pool_size=POOL
        )

    async def answer(self, asked: dict) -> dict:
        status = "ENQUEUED" if asked["do"] == "submits" else "SUCCESS"
        before = self.count(status)
        if asked["do"] == "run":
            began = time.perf_counter()
            await self.run(asked["workload"], asked["count"])
            answer = {"seconds": time.perf_counter() - began}
        elif asked["do"] == "idle":
            answer = {"ms": await asyncio.to_thread(self.idle, asked["count"])}
        elif asked["do"] == "submits":
            began = time.perf_counter()
            await asyncio.to_thread(self.submits, asked["count"])
            answer = {"seconds": time.perf_counter() - began}
        else:
            return {"error": f"there is no {asked['do']}"}
        return {**answer, "completed": self.count(status) - before}

    async def run(self, workload: str, count: int) -> None:
        if workload == "w1":
            await asyncio.to_thread(self.run_plain, count)
            return
        remaining = iter(range(count))

        async def client() -> None:
            for _ in remaining:
                await self.one(workload)

        await asyncio.gather(*(client() for _ in range(UNDER_WAY[workload])))

    def run_plain(self, count: int) -> None:
        with ThreadPoolExecutor(UNDER_WAY["w1"]) as clients:
            list(clients.map(lambda _: self.one_plain(), range(count)))

    def idle(self, count: int) -> list[float]:
        return [self.one_plain() for _ in range(count)]

    def submits(self, count: int) -> None:
        with ThreadPoolExecutor(SUBMITTERS) as clients:
            list(clients.map(lambda _: self.submit(), range(count)))

    def submit(self) -> None:
        self.client.enqueue({"queue_name": UNATTENDED, "workflow_name": w1.__qualname__}, 0)

    def one_plain(self) -> float:
        began = time.perf_counter()
        DBOS.start_workflow(w1, 0).get_result()
        return (time.perf_counter() - began) * 1000

    async def one(self, workload: str) -> None:
        handle = await DBOS.start_workflow_async(WORKFLOWS[workload], 0)
        await handle.get_result()

    def count(self, status: str) -> int:
        """How many workflows the store has in that state."""
        query = sqlalchemy.text(f"select count(*) from {self.table} where status = :status")
        with self.engine.connect() as connection:
            return connection.execute(query, {"status": status}).scalar_one()


def say(answer: dict) -> None:
    print(json.dumps(answer), flush=True)


async def main() -> None:
    peer = Peer(sys.argv[1])
    version = importlib.metadata.version("dbos")
    say({"ready": True, "version": f"dbos {version}, Python {platform.python_version()}"})
    while line := await asyncio.to_thread(sys.stdin.readline):
        try:
            say(await peer.answer(json.loads(line)))
        except Exception as error:  # whatever it is, whoever asked has to know
            say({"error": f"{type(error).__name__}: {error}"})
    DBOS.destroy()


asyncio.run(main())
