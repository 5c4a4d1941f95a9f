using System.Text;
using EmailAuth.Cli.CommandLine;
using EmailAuth.Cli.Input;
using EmailAuth.Cli.Output;
using EmailAuth.Message;

namespace EmailAuth.Tests.Cli;

public class InputTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    private sealed class Collector : IBodyConsumer
    {
        public MemoryStream Body { get; } = new();

        public void Append(ReadOnlySpan<byte> piece) => Body.Write(piece);
    }

    private static async Task<string> ReadAsync(MessageFile file)
    {
        using var reader = file.Read().Open();
        var header = await reader.ReadHeaderAsync(MessageLimits.Default, default);
        var collector = new Collector();
        await reader.ReadBodyAsync(collector, default);
        return Encoding.Latin1.GetString(header.Octets) + "|" + Encoding.Latin1.GetString(collector.Body.ToArray());
    }

    [TestCase("A: b\r\n\r\nbody\r\n", "A: b\r\n|body\r\n")]
    [TestCase("A: b\n\nbody\n", "A: b\r\n|body\r\n")]
    [TestCase("A: b\n\nbo\rdy", "A: b\r\n|bo\rdy")]
    [TestCase("A: b\n\nbody\r\n", "A: b\n\nbody\r\n|")]
    [TestCase("A: b\r\n\r\nbo\ndy\r\n", "A: b\r\n|bo\ndy\r\n")]
    [TestCase("A: b", "A: b|")]
    [TestCase("", "|")]
    [Pin("D13")]
    public async Task Only_a_file_whose_lines_all_end_in_LF_is_read_as_CRLF(string text, string read)
    {
        var octets = Encoding.Latin1.GetBytes(text);
        await using var file = await MessageFile.OpenAsync(_folder.Write("a.eml", octets), new CommandIo(Stream.Null, Stream.Null, Stream.Null), default);
        await using var input = await MessageFile.OpenAsync("-", new CommandIo(new MemoryStream(octets), Stream.Null, Stream.Null), default);
        for (var time = 0; time < 2; time++)
        {
            Assert.That(await ReadAsync(file), Is.EqualTo(read));
            Assert.That(await ReadAsync(input), Is.EqualTo(read));
        }
        using var copy = new MemoryStream();
        await file.CopyToAsync(copy, default);
        Assert.That(copy.ToArray(), Is.EqualTo(octets));
    }

    [Test]
    public void Line_ends_are_seen_wherever_pieces_split()
    {
        foreach (var (text, unix, mixed) in ((string, bool, bool)[])[("a\r\nb\r\n", false, false), ("a\nb\n", true, false), ("a\r\nb\n", false, true), ("a\rb\r", false, false)])
        {
            for (var split = 0; split <= text.Length; split++)
            {
                var ends = new LineEnds();
                ends.Append(Encoding.Latin1.GetBytes(text[..split]));
                ends.Append(Encoding.Latin1.GetBytes(text[split..]));
                Assert.That(ends.AreUnix, Is.EqualTo(unix), $"{text} at {split}");
                Assert.That(ends.HasLoneLineFeed && ends.HasCarriageReturnLineFeed, Is.EqualTo(mixed));
            }
        }
    }

    [Test]
    public async Task A_large_standard_input_goes_to_a_temporary_file_that_leaves_nothing_behind()
    {
        var octets = new byte[5 << 20];
        new Random(1).NextBytes(octets);
        await using (var file = await MessageFile.OpenAsync("-", new CommandIo(new MemoryStream(octets), Stream.Null, Stream.Null), default))
        {
            using var copy = new MemoryStream();
            await file.CopyToAsync(copy, default);
            Assert.That(copy.ToArray().AsSpan().SequenceEqual(octets), Is.True);
        }
    }

    [Test]
    public async Task What_cannot_be_read_is_told_in_one_line()
    {
        static async Task<string> ProblemOfAsync(string name)
        {
            try
            {
                await (await MessageFile.OpenAsync(name, new CommandIo(Stream.Null, Stream.Null, Stream.Null), default)).DisposeAsync();
                return "";
            }
            catch (InputException exception)
            {
                return exception.Message;
            }
        }
        Assert.That(await ProblemOfAsync(Path.Combine(_folder.Path, "none.eml")), Does.EndWith("none.eml\" cannot be read: there is no such file."));
        Assert.That(await ProblemOfAsync(Path.Combine(_folder.Path, "no", "file")), Does.EndWith("cannot be read: there is no such file."));
        Assert.That(await ProblemOfAsync(_folder.Path), Does.EndWith("cannot be read: it is a directory."));
        Assert.That(await ProblemOfAsync(""), Does.Contain("the name is empty"));
        Assert.That(await ProblemOfAsync("a\0b"), Does.StartWith("\"a\\x00b\" cannot be read: "));
    }

    private static readonly Option Any = new("--any", "VALUE", "");

    [TestCase("192.0.2.1", "192.0.2.1")]
    [TestCase("2001:DB8::1", "2001:db8::1")]
    [TestCase("::ffff:192.0.2.1", "::ffff:192.0.2.1")]
    public void An_address_is_read(string text, string address) => Assert.That(ValueReader.Address(Any, text).ToString(), Is.EqualTo(address));

    [TestCase("")]
    [TestCase("1")]
    [TestCase("300.0.0.1")]
    [TestCase("010.0.0.1")]
    [TestCase("0x7f.1")]
    [TestCase("192.0.2.1:25")]
    [TestCase("[2001:db8::1]")]
    [TestCase("fe80::1%eth0")]
    [TestCase("mail.example")]
    [TestCase(" 192.0.2.1")]
    public void What_is_no_address_is_bad_usage(string text) =>
        Assert.That(() => ValueReader.Address(Any, text), Throws.TypeOf<UsageException>().With.Message.Contains("right would be 192.0.2.1 or 2001:db8::1"));

    [TestCase("0", 0)]
    [TestCase("1700000000", 1_700_000_000)]
    [TestCase("2023-11-14T22:13:20Z", 1_700_000_000)]
    [TestCase("2023-11-14T23:13:20+01:00", 1_700_000_000)]
    [TestCase("2023-11-14T22:13:20", 1_700_000_000)]
    [TestCase("2023-11-14T22:13:20.0Z", 1_700_000_000)]
    [TestCase("2023-11-14", 1_699_920_000)]
    public void A_moment_is_read(string text, long seconds) => Assert.That(ValueReader.Time(Any, text).ToUnixTimeSeconds(), Is.EqualTo(seconds));

    [TestCase("")]
    [TestCase("now")]
    [TestCase("99999999999999999")]
    [TestCase("14.11.2023")]
    [TestCase("2023-13-14")]
    public void What_is_no_moment_is_bad_usage(string text) =>
        Assert.That(() => ValueReader.Time(Any, text), Throws.TypeOf<UsageException>().With.Message.Contains("right would be"));

    [TestCase("plain – text ü 😀", "plain – text ü 😀")]
    [TestCase("a\r\nb", "a\\x0D\\x0Ab")]
    [TestCase("\e[31mred", "\\x1B[31mred")]
    [TestCase("\u009b31m", "\\x9B31m")]
    [TestCase("a\u202eb\u2028c", "a\\u202Eb\\u2028c")]
    [TestCase("a\U000E0041\U0001D173b", "a\\uDB40\\uDC41\\uD834\\uDD73b", Description = "unseen characters beyond the first plane")]
    public void Text_from_outside_moves_nothing_on_a_terminal(string text, string shown) => Assert.That(PlainText.OneLine(text), Is.EqualTo(shown));

    [Test]
    public void Half_a_surrogate_pair_is_shown_as_a_number() => Assert.That(PlainText.OneLine("a\ud83d" + "b"), Is.EqualTo("a\\uD83Db"));
}
