from tests.night.test_budget_of_consumers import *
import time
def test_m(tmp_path, night_runner, capsys):
    for c in (QUEUE, TABLE):
        t=time.time()
        r=lived(tmp_path, night_runner, c, 0, "consumer_read_only: {consumer: it, times: 50}")
        f=[e.at for e in r.history.of("commit" if c==TABLE else "push", type="fail")]
        with capsys.disabled(): print(len(f), (f[-1]-f[0])/1e6/len(f),'ms virtual', r.wall_s, time.time()-t)
