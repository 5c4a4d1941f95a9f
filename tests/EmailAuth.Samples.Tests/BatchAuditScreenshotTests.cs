using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace EmailAuth.Samples.Tests;

/// <summary>The report in a real browser: what the eye sees is what was counted, and the network sees nothing.</summary>
public sealed class BatchAuditScreenshotTests
{
    private const int Good = 0x1D8A56, Doubtful = 0xD99A1C, Bad = 0xD0433B, Faint = 0xA9B4C2, Track = 0xEDF0F4, Ground = 0xF4F6F9, DarkGround = 0x0E131A, DarkGood = 0x35B877;

    private AuditRun _run = null!;

    [OneTimeSetUp]
    public async Task Run()
    {
        Chromium.Require();
        _run = await AuditRun.OfSamplesAsync();
    }

    [OneTimeTearDown]
    public void TearDown() => _run?.Dispose();

    private string Profile => Path.Combine(_run.Folder, "profile");

    [Test]
    public void Bars_and_ring_have_the_lengths_and_colours_of_the_numbers()
    {
        var picture = Shoot("light");
        Assert.That((picture.Width, picture.Height), Is.EqualTo((1280, 2400)));
        Assert.That(picture[5, 5], Is.EqualTo(Ground));
        var boxes = Measure();

        var protocols = boxes.Where(box => box.Section == "protocols").ToList();
        AssertBar(picture, protocols[0], (Good, 4), (Bad, 3), (Faint, 1));
        AssertBar(picture, protocols[1], (Good, 5), (Bad, 2), (Faint, 1));
        AssertBar(picture, protocols[2], (Good, 5), (Bad, 1), (Faint, 2));
        AssertBar(picture, protocols[3], (Faint, 8));
        var domains = boxes.Where(box => box.Section == "domains").ToList();
        AssertBar(picture, domains[0], (Good, 3), (Bad, 2));
        AssertBar(picture, domains[1], (Good, 1));
        AssertBar(picture, domains[2], (Bad, 1));
        AssertBar(picture, domains[3], (Faint, 1));
        var reasons = boxes.Where(box => box.Section == "reasons").ToList();
        AssertBar(picture, reasons[^1], (Faint, 1), (Track, 1));

        // Clockwise from the top: five parts nothing, one quarantine, two rejection; the middle of each.
        var ring = boxes.Single(box => box.Section == "dispositions");
        foreach (var (turn, colour) in ((double, int)[])[(2.5 / 8, Good), (5.5 / 8, Doubtful), (7.0 / 8, Bad), (0.05, Good), (0.61, Good), (0.64, Doubtful), (0.74, Doubtful), (0.76, Bad), (0.98, Bad)])
        {
            var radius = ring.Width * 48 / 120;
            var x = ring.Left + (ring.Width / 2) + (radius * Math.Sin(turn * Math.Tau));
            var y = ring.Top + (ring.Height / 2) - (radius * Math.Cos(turn * Math.Tau));
            Assert.That(picture[(int)x, (int)y], Is.EqualTo(colour).Using<int>(Alike), $"at {turn} of a turn");
        }
    }

    [Test]
    public void It_is_dark_where_the_reader_likes_it_dark()
    {
        var picture = Shoot("dark", "--blink-settings=preferredColorScheme=0");
        Assert.That(picture[5, 5], Is.EqualTo(DarkGround));
        Assert.That(Pixels(picture).Count(pixel => pixel == DarkGood), Is.GreaterThan(1000));
        Assert.That(Pixels(picture).Count(pixel => pixel is Ground or 0xFFFFFF), Is.LessThan(200), "nothing of the light page is left");
    }

    [Test]
    public async Task Hostile_mail_runs_nothing_and_asks_the_network_for_nothing()
    {
        using var server = new RequestCounter();
        var attack = $"</bdi></strong></table><script>document.title='pwned'</script><img src={server.Address}a onerror=\"document.title='pwned'\"><style>@import '{server.Address}b';</style><link rel=stylesheet href={server.Address}c>";
        using var hostile = new AuditRun();
        hostile.Write("1.eml", $"From: a@example.com\r\nSubject: {attack}\r\n\r\nHello\r\n");
        hostile.Write("2.eml", $"From: a@example.com\r\nSubject: =?utf-8?B?{Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(attack))}?=\r\n\r\nHello\r\n");
        File.WriteAllText(Path.Combine(hostile.Folder, "zone"), "");
        await hostile.StartAsync(hostile.Mail, "--zone", Path.Combine(hostile.Folder, "zone"));
        var document = Chromium.Open(hostile.ReportFile, Profile);
        Assert.That(document, Does.Contain("<title>Mail authentication report</title>").And.Not.Contain("<script").And.Not.Contain("<img").And.Contain("&lt;script&gt;"));
        Assert.That(server.Requests, Is.Zero);

        // Were the text markup, the server would know; even then the policy of the page would have stopped it.
        var page = Path.Combine(hostile.Folder, "control.html");
        File.WriteAllText(page, "<!DOCTYPE html><title>x</title>" + attack);
        Assert.That(Chromium.Open(page, Profile), Does.Contain("<title>pwned</title>"));
        Assert.That(server.Requests, Is.Positive);
        var before = server.Requests;
        File.WriteAllText(page, hostile.Report.Replace("<main>", "<main>" + attack, StringComparison.Ordinal));
        Assert.That(Chromium.Open(page, Profile), Does.Contain("<title>Mail authentication report</title>").And.Contain("<script>"));
        Assert.That(server.Requests, Is.EqualTo(before));
    }

    private PngImage Shoot(string name, params string[] more)
    {
        var file = Path.Combine(_run.Folder, name + ".png");
        Chromium.Open(_run.ReportFile, Profile, file, 1280, 2400, more);
        var picture = PngImage.Read(file);
        Assert.That(Pixels(picture).Distinct().Count(), Is.GreaterThan(50), "it is not blank");
        return picture;
    }

    private static IEnumerable<int> Pixels(PngImage picture) =>
        Enumerable.Range(0, picture.Height).SelectMany(y => Enumerable.Range(0, picture.Width).Select(x => picture[x, y]));

    /// <summary>Where the drawings stand: told by a copy of the page that may run a script.</summary>
    private List<(string Section, double Left, double Top, double Width, double Height)> Measure()
    {
        const string script = """
            <script>
            document.documentElement.dataset.boxes = [...document.querySelectorAll('section svg')].map(drawing => {
                const box = drawing.getBoundingClientRect();
                return [drawing.closest('section').getAttribute('aria-labelledby'), box.left, box.top, box.width, box.height].join(' ');
            }).join(';');
            </script></body>
            """;
        var copy = Path.Combine(_run.Folder, "measured.html");
        var report = Regex.Replace(_run.Report, "<meta http-equiv=[^>]*>", "").Replace("</body>", script, StringComparison.Ordinal);
        File.WriteAllText(copy, report);
        var boxes = Regex.Match(Chromium.Open(copy, Profile), "data-boxes=\"([^\"]*)\"").Groups[1].Value;
        return [.. boxes.Split(';').Select(box => box.Split(' ')).Select(box => (box[0], Number(box[1]), Number(box[2]), Number(box[3]), Number(box[4])))];

        static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
    }

    /// <summary>Along the middle of the bar the colours follow each other, each as long as its share, give or take the gaps and the round ends.</summary>
    private static void AssertBar(PngImage picture, (string Section, double Left, double Top, double Width, double Height) bar, params (int Colour, int Count)[] parts)
    {
        var y = (int)(bar.Top + (bar.Height / 2));
        var pixels = Enumerable.Range((int)bar.Left, (int)bar.Width).Select(x => picture[x, y]).ToList();
        var whole = parts.Sum(part => part.Count);
        foreach (var (colour, count) in parts)
            Assert.That(pixels.Count(pixel => Alike(pixel, colour)), Is.EqualTo(bar.Width * count / whole).Within(6.0), $"{colour:X6} in {bar.Section}");
        var order = pixels.Select(pixel => Array.FindIndex(parts, part => Alike(part.Colour, pixel))).Where(part => part >= 0).ToList();
        Assert.That(order, Is.Ordered);
    }

    private static bool Alike(int left, int right) =>
        Math.Abs((left >> 16) - (right >> 16)) <= 3 && Math.Abs((left >> 8 & 0xFF) - (right >> 8 & 0xFF)) <= 3 && Math.Abs((left & 0xFF) - (right & 0xFF)) <= 3;

    /// <summary>A server on loopback that counts who comes, and has nothing.</summary>
    private sealed class RequestCounter : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private int _requests;

        public RequestCounter()
        {
            _listener.Start();
            Address = $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/";
            _ = AcceptAsync();
        }

        public string Address { get; }

        public int Requests => Volatile.Read(ref _requests);

        private async Task AcceptAsync()
        {
            try
            {
                while (true)
                {
                    using var client = await _listener.AcceptTcpClientAsync();
                    Interlocked.Increment(ref _requests);
                    await client.GetStream().WriteAsync("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray());
                }
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException or IOException)
            {
                // The test is over.
            }
        }

        public void Dispose() => _listener.Dispose();
    }
}
