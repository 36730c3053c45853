// A job that sleeps so many seconds, or waits as long in each way that a JVM has, and says how many seconds each took.
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

public class Waits {
    interface Wait {
        void run() throws Exception;
    }

    static int limitMs;

    static void took(String name, Wait wait) throws Exception {
        long began = System.nanoTime();
        wait.run();
        System.out.println(name + " " + (System.nanoTime() - began) / 1e9);
    }

    static void schedule() throws Exception {
        ScheduledExecutorService executor = Executors.newScheduledThreadPool(1);
        executor.schedule(() -> 1, limitMs, TimeUnit.MILLISECONDS).get();
        executor.shutdown();
    }

    static void read(boolean accepts) throws IOException {
        InetAddress here = InetAddress.getLoopbackAddress();
        try (ServerSocket server = new ServerSocket(0, 1, here)) {
            server.setSoTimeout(limitMs);
            if (accepts)
                server.accept();
            try (Socket client = new Socket(here, server.getLocalPort())) {
                client.setSoTimeout(limitMs);
                client.getInputStream().read();
            }
        } catch (SocketTimeoutException expected) {
            return;
        }
        throw new AssertionError("no timeout");
    }

    public static void main(String[] arguments) throws Exception {
        limitMs = Integer.parseInt(arguments[0]) * 1000;
        took("sleep", () -> Thread.sleep(limitMs));
        if (arguments.length > 1) {
            Object monitor = new Object();
            took("schedule", () -> schedule());
            took("read", () -> read(false));
            took("accept", () -> read(true));
            took("park", () -> LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(limitMs)));
            took("poll", () -> new SynchronousQueue<Integer>().poll(limitMs, TimeUnit.MILLISECONDS));
            took("wait", () -> {
                synchronized (monitor) {
                    monitor.wait(limitMs);
                }
            });
        }
        System.out.println("date " + LocalDateTime.now(ZoneOffset.UTC));
    }
}
