using EmailAuth.Cli.CommandLine;
using EmailAuth.Tests.Dns;

namespace EmailAuth.Tests.Cli;

public class InterruptionTests
{
    private readonly List<ExitStatus> _ended = [];
    private ManualTimeProvider _clock = null!;
    private Interruption _interruption = null!;

    [SetUp]
    public void SetUp()
    {
        _ended.Clear();
        _clock = new ManualTimeProvider();
        _interruption = new Interruption(_clock, _ended.Add);
    }

    [TearDown]
    public void TearDown() => _interruption.Dispose();

    [Test]
    public void The_first_signal_cancels_and_ends_the_process_only_after_a_time()
    {
        Assert.That(_interruption.Take(ExitStatus.Terminated), Is.True);
        Assert.That(_interruption.Token.IsCancellationRequested, Is.True);
        _clock.Advance(Interruption.Grace - TimeSpan.FromMilliseconds(1));
        Assert.That(_ended, Is.Empty);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.That(_ended, Is.EqualTo((ExitStatus[])[ExitStatus.Terminated]));
    }

    [Test]
    public void The_second_signal_has_its_way_at_once()
    {
        _interruption.Take(ExitStatus.Interrupted);
        Assert.That(_interruption.Take(ExitStatus.Terminated), Is.False);
    }

    [Test]
    public void Work_that_came_to_its_end_is_not_ended_again()
    {
        _interruption.Take(ExitStatus.Interrupted);
        _interruption.Dispose();
        _clock.Advance(Interruption.Grace);
        Assert.That(_ended, Is.Empty);
    }

    [Test]
    public void Only_work_that_was_interrupted_ends_with_the_signals_status()
    {
        Assert.That(_interruption.StatusOf(ExitStatus.Interrupted), Is.EqualTo(ExitStatus.Interrupted));
        _interruption.Take(ExitStatus.Terminated);
        Assert.That(_interruption.StatusOf(ExitStatus.Interrupted), Is.EqualTo(ExitStatus.Terminated));
        Assert.That(_interruption.StatusOf(ExitStatus.Refused), Is.EqualTo(ExitStatus.Refused));
    }
}
