namespace EmailAuth.Samples.Tests.CustomMta;

/// <summary>Tests that share one server and one world of mail.</summary>
/// <param name="settings">The server's settings, but for the zone.</param>
public abstract class MtaTests(params string[] settings)
{
    private protected MailWorld World { get; private set; } = null!;

    private protected MtaServer Server { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        World = new MailWorld();
        Server = await MtaServer.StartAsync(World.Zone, settings);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        if (Server is not null)
            await Server.DisposeAsync();
        World?.Dispose();
    }
}
