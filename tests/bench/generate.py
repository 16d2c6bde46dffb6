"""Writes a transactions CSV for measuring: `python3 generate.py LINES FILE`.

Orders have 1-9 lines and one paid date; 50,000 clients (fewer for small files); 36 months up to 2026-06-30; a fixed
seed, so the same call gives the same bytes.
"""

import datetime
import random
import sys


def main(lines: int, path: str) -> None:
    rng = random.Random(20260630)
    clients = max(10, min(50_000, lines // 20))
    end = datetime.date(2026, 6, 30)
    days = [(end - datetime.timedelta(d)).isoformat() for d in range(36 * 30 + 120)]
    names = ["整线设备", "备件", "服务", "软件", "耗材"]
    written, order = 0, 0
    with open(path, "w", encoding="utf-8", newline="") as out:
        out.write("client_id,date,amount,cost,business_line,order_id,line_no,paid_date\n")
        while written < lines:
            order += 1
            client = int(clients * rng.random() ** 2)
            age = rng.randrange(90, 36 * 30)
            paid = age - rng.randrange(0, 90)
            for line in range(1, min(rng.randint(1, 9), lines - written) + 1):
                amount = rng.randrange(1_000, 2_000_000)
                if rng.random() < 0.02:
                    amount = -amount // 4
                cost = abs(amount) * rng.randrange(60, 95) // 100
                sign = "-" if amount < 0 else ""
                size = abs(amount)
                out.write(
                    f"C{client:06d},{days[age]},{sign}{size // 100}.{size % 100:02d},{cost // 100}.{cost % 100:02d},"
                    f"{rng.choice(names)},SO{order:08d},{line},{days[paid]}\n"
                )
                written += 1


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
