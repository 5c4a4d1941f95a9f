namespace EmailAuth.Benchmarks.Scale;

/// <summary><c>scale threads|cache|growth</c>: what happens as threads, entries or input grow, as a table in Markdown.</summary>
internal static class ScaleCommand
{
    public static async Task<int> RunAsync(string what)
    {
        switch (what)
        {
            case "threads":
                await ThreadScale.RunAsync();
                return 0;
            case "cache":
                await CacheScale.RunAsync();
                return 0;
            case "growth":
                GrowthScale.Run();
                return 0;
            default:
                await Console.Error.WriteLineAsync($"scale: \"{what}\" is none of threads, cache and growth");
                return 2;
        }
    }
}
