using BenchmarkDotNet.Running;
using EmailAuth.Benchmarks;
using EmailAuth.Benchmarks.Loop;
using EmailAuth.Benchmarks.Scale;
using EmailAuth.Benchmarks.Waves;

// dotnet run -c Release --project benchmarks/EmailAuth.Benchmarks -- --filter '*Spf*' --job short
// dotnet run -c Release --project benchmarks/EmailAuth.Benchmarks -- messages FOLDER
// dotnet run -c Release --project benchmarks/EmailAuth.Benchmarks -- ratios FOLDER 2
// dotnet run -c Release --project benchmarks/EmailAuth.Benchmarks -- scale threads
// dotnet run -c Release --project benchmarks/EmailAuth.Benchmarks -- waves
// dotnet run -c Release --project benchmarks/EmailAuth.Benchmarks -- loop dkim FOLDER/example.zone 2 FOLDER/20k-rsa.eml
if (args is ["loop", .. var rest])
    return await LoopCommand.RunAsync(rest, Console.Out, Console.Error);
if (args is ["waves"])
    return await WavesCommand.RunAsync(Console.Out);
if (args is ["ratios", var measured, var seconds])
{
    await RatioReport.RunAsync(measured, seconds);
    return 0;
}
if (args is ["scale", var what])
    return await ScaleCommand.RunAsync(what);
if (args is ["messages", var folder])
{
    await BenchmarkFolder.WriteAsync(folder);
    return 0;
}
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
